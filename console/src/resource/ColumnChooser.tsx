// Which columns a person wants to see; kept in this browser.
import { SettingOutlined } from "@ant-design/icons";
import { Button, Checkbox, Popover } from "antd";
import { useT } from "../i18n";
import type { Column } from "./resource";
import { saveColumns } from "./saved";

interface Props<Row> {
  name: string;
  columns: readonly Column<Row>[];
  chosen: string[] | undefined;
  choose: (columns: string[] | undefined) => void;
}

export function ColumnChooser<Row>({ name, columns, chosen, choose }: Props<Row>) {
  const t = useT();
  const value = chosen ?? columns.filter((column) => column.extra !== true).map((column) => column.key);
  const set = (next: string[] | undefined) => {
    if (next !== undefined && next.length === 0) return;
    saveColumns(localStorage, name, next);
    choose(next);
  };
  const content = (
    <div className="chooser">
      <Checkbox.Group
        value={value}
        onChange={set}
        options={columns.map((column) => ({ value: column.key, label: t(column.title) }))}
      />
      <Button size="small" type="link" onClick={() => set(undefined)}>
        {t("action.columnsReset")}
      </Button>
    </div>
  );
  return (
    <Popover trigger="click" placement="bottomRight" content={content}>
      <Button icon={<SettingOutlined />}>{t("action.columns")}</Button>
    </Popover>
  );
}
