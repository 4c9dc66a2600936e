// The card of a company (企业档案): master data, contracts, people and keys, connections, cases, history.
import { useQuery } from "@tanstack/react-query";
import { Button, Descriptions, Table, Tabs } from "antd";
import { type ReactNode, useState } from "react";
import { Link, useParams } from "react-router";
import { call } from "../../api/client";
import type { Changed } from "../../api/types";
import { graveOf } from "../../api/problem";
import { useCan } from "../../api/session";
import { count } from "../../format/number";
import { dateTime } from "../../format/time";
import { useT } from "../../i18n";
import { Named } from "../../i18n/names";
import { FormDialog } from "../../resource/FormDialog";
import type { Field } from "../../resource/resource";
import { ErrorView } from "../../view/ErrorView";
import { Loading } from "../../view/Loading";
import { AuditDetail } from "../administration/AuditDetail";
import { AuditObject } from "../administration/AuditObject";
import { CaseStateNamed } from "../cases/CaseState";
import { AppointmentState } from "../company/AppointmentState";
import { CompanyState } from "./CompanyState";
import type { Card } from "./types";

/** The card of the company in the address, or of the one that is named, with something above it. */
export function CompanyCard({ id: named, children }: { id?: string; children?: ReactNode }) {
  const t = useT();
  const can = useCan();
  const params = useParams();
  const id = named ?? params.id ?? "";
  const found = useQuery({
    queryKey: ["company", id],
    queryFn: ({ signal }) => call("GET", "/api/v1/companies/{id}", { path: { id }, signal }),
  });
  if (graveOf(found) !== undefined) return <ErrorView error={found.error} retry={() => void found.refetch()} />;
  if (found.data === undefined) return <Loading />;
  const card = found.data;
  const dxp = card.dxpId === "" ? t("company.noDxp") : card.dxpId;
  return (
    <>
      <div className="page-head">
        <h1>{card.name}</h1>
        {can("messages") && <Link to={`/messages?company=${card.id}`}>{t("company.messages")}</Link>}
      </div>
      {children}
      <div className="panel">
        <Descriptions
          size="small"
          column={3}
          items={[
            { key: "credit", label: t("company.creditCode"), children: <span className="mono">{card.creditCode}</span> },
            { key: "customs", label: t("company.customsCode"), children: <span className="mono">{card.customsCode}</span> },
            { key: "dxp", label: t("company.dxpId"), children: <span className="mono">{dxp}</span> },
            { key: "state", label: t("message.state"), children: <CompanyState state={card.state} /> },
            { key: "since", label: t("company.createdAt"), children: dateTime(card.createdAt) },
            { key: "profile", label: t("company.profile"), children: <Profile card={card} done={() => void found.refetch()} /> },
            {
              key: "contact",
              label: t("company.contact"),
              children: card.contact == null ? "–" : `${card.contact.name} ${card.contact.phone} ${card.contact.email}`,
            },
            { key: "members", label: t("menu.members"), children: count(card.members) },
            { key: "keys", label: t("company.keys"), children: count(card.keys) },
          ]}
        />
      </div>
      <div className="panel">
        <Tabs items={tabs(card, t)} />
      </div>
    </>
  );
}

/** How strictly the company's messages are read; who may, changes it with a reason. */
function Profile({ card, done }: { card: Card; done: () => void }) {
  const t = useT();
  const can = useCan();
  const [open, setOpen] = useState(false);
  const fields: Field[] = [
    {
      key: "profile",
      label: "company.profile",
      as: "select",
      required: true,
      hint: "company.profileHint",
      options: [
        { value: "strict", label: "company.strict" },
        { value: "lenient", label: "company.lenient" },
      ],
    },
    { key: "reason", label: "action.reason", as: "reason", required: true },
  ];
  return (
    <>
      {t(card.profile === "lenient" ? "company.lenient" : "company.strict")}
      {can("set_company_profile") && (
        <Button type="link" size="small" onClick={() => setOpen(true)}>
          {t("company.changeProfile")}
        </Button>
      )}
      {open && (
        <FormDialog
          title={t("company.changeProfile")}
          fields={fields}
          initial={{ profile: card.profile }}
          close={() => setOpen(false)}
          run={(values: Changed<"/api/v1/companies/{id}/profile">) => call("PUT", "/api/v1/companies/{id}/profile", { path: { id: card.id }, body: values })}
          done={() => {
            setOpen(false);
            done();
          }}
        />
      )}
    </>
  );
}

function tabs(card: Card, t: ReturnType<typeof useT>) {
  const sized = (word: Parameters<typeof t>[0], rows: readonly unknown[]) => `${t(word)} (${count(rows.length)})`;
  return [
    { key: "contracts", label: sized("company.contracts", card.contracts), children: <Contracts card={card} /> },
    { key: "docking", label: sized("menu.docking", card.docking), children: <Connections card={card} /> },
    { key: "agents", label: sized("menu.agents", card.agents), children: <Appointments card={card} /> },
    { key: "cases", label: sized("menu.cases", card.cases), children: <CardCases card={card} /> },
    { key: "history", label: sized("company.history", card.history), children: <History card={card} /> },
  ];
}

function Contracts({ card }: { card: Card }) {
  const t = useT();
  return (
    <Table
      size="small"
      rowKey="role"
      pagination={false}
      dataSource={card.contracts}
      locale={{ emptyText: t("company.noContracts") }}
      columns={[
        { title: t("case.businessRole"), render: (_, one) => <Named family="business" code={one.role} chinese={one.roleName} /> },
        { title: t("message.state"), render: (_, one) => <CompanyState state={one.state} /> },
        { title: t("agent.since"), render: (_, one) => dateTime(one.since) },
        { title: t("agent.until"), render: (_, one) => (one.until == null ? "–" : dateTime(one.until)) },
        {
          title: t("menu.cases"),
          render: (_, one) => (one.caseId == null ? "–" : <Link to={`/cases/${one.caseId}`}>{t("action.view")}</Link>),
        },
      ]}
    />
  );
}

function Connections({ card }: { card: Card }) {
  const t = useT();
  return (
    <Table
      size="small"
      rowKey="channel"
      pagination={false}
      dataSource={card.docking}
      locale={{ emptyText: t("company.noDocking") }}
      columns={[
        { title: t("docking.channel"), render: (_, one) => <Named family="channel" code={one.channel} chinese={one.channelName} /> },
        { title: t("docking.stage"), render: (_, one) => <Named family="docking" code={one.stage} chinese={one.stageName} /> },
        { title: t("docking.person"), dataIndex: "person" },
        { title: t("docking.nextStep"), dataIndex: "nextStep" },
        { title: t("docking.dueDay"), dataIndex: "dueDay" },
        { title: t("docking.lastMessage"), render: (_, one) => dateTime(one.facts.lastMessageAt) },
      ]}
    />
  );
}

function Appointments({ card }: { card: Card }) {
  const t = useT();
  return (
    <Table
      size="small"
      rowKey="id"
      pagination={false}
      dataSource={card.agents}
      locale={{ emptyText: t("agents.empty") }}
      columns={[
        { title: t("agent.principal"), dataIndex: "principalName" },
        { title: t("agent.agent"), dataIndex: "agentName" },
        { title: t("agent.since"), render: (_, one) => dateTime(one.since) },
        { title: t("agent.until"), dataIndex: "until" },
        { title: t("message.state"), render: (_, one) => <AppointmentState state={one.state} /> },
      ]}
    />
  );
}

function CardCases({ card }: { card: Card }) {
  const t = useT();
  return (
    <Table
      size="small"
      rowKey="id"
      pagination={false}
      dataSource={card.cases}
      locale={{ emptyText: t("cases.empty") }}
      columns={[
        { title: t("case.title"), render: (_, one) => <Link to={`/cases/${one.id}`}>{one.title}</Link> },
        { title: t("message.state"), render: (_, one) => <CaseStateNamed name={one.stateName} /> },
        { title: t("case.appliedAt"), render: (_, one) => dateTime(one.appliedAt) },
      ]}
    />
  );
}

function History({ card }: { card: Card }) {
  const t = useT();
  return (
    <Table
      size="small"
      rowKey={(one) => `${one.at} ${one.act} ${one.object}`}
      pagination={false}
      dataSource={card.history}
      locale={{ emptyText: t("list.empty") }}
      columns={[
        { title: t("audit.at"), render: (_, one) => <span className="num nowrap">{dateTime(one.at)}</span> },
        { title: t("audit.who"), dataIndex: "name" },
        { title: t("audit.act"), dataIndex: "act" },
        { title: t("audit.object"), render: (_, one) => <AuditObject object={one.object} /> },
        { title: t("audit.detail"), render: (_, one) => <AuditDetail text={one.detail} /> },
      ]}
    />
  );
}
