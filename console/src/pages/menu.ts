// The menu: in every workspace groups of entries by the job that a person does. A path that no page has does not compile;
// who may not open a page does not see its entry, and of several workspaces the first one has it.
import type { Menu } from "../shell/page";
import type { MenuPath } from ".";

export const MENU: Menu<MenuPath> = {
  company: {
    top: ["/home"],
    groups: [
      { title: "group.declare", pages: ["/declare", "/preflight", "/payment-data", "/payment-inquiries"] },
      { title: "group.look", pages: ["/search", "/messages", "/receipts", "/statistics"] },
      { title: "group.connect", pages: ["/keys", "/signing", "/signature-clinic", "/rehearsal", "/dictionaries", "/api-docs"] },
      { title: "group.company", pages: ["/company", "/members", "/agents", "/cases", "/notices"] },
    ],
  },
  customs: {
    top: ["/start"],
    groups: [
      { title: "group.look", pages: ["/search", "/messages", "/statistics"] },
      { title: "group.handle", pages: ["/cases", "/approvals", "/payment-inquiries"] },
      { title: "group.reference", pages: ["/companies", "/docking", "/dictionaries", "/notices"] },
    ],
  },
  bureau: {
    top: ["/start"],
    groups: [
      { title: "group.handle", pages: ["/cases", "/approvals", "/companies", "/docking"] },
      { title: "group.look", pages: ["/search", "/messages", "/statistics"] },
      { title: "group.publish", pages: ["/notices", "/notice-desk", "/dictionaries"] },
    ],
  },
  operator: {
    top: [],
    groups: [
      { title: "group.watch", pages: ["/operator/pipeline", "/search", "/messages", "/statistics", "/jobs", "/archive", "/retention"] },
      { title: "group.dispose", pages: ["/operator/stuck", "/operator/parked", "/operator/unknown-codes", "/payment-inquiries", "/approvals"] },
      { title: "group.port", pages: ["/operator/customs-box", "/rehearsal", "/signature-clinic"] },
      { title: "group.companies", pages: ["/companies", "/cases", "/docking"] },
      { title: "group.reference", pages: ["/notices", "/notice-desk", "/dictionaries", "/api-docs"] },
    ],
  },
  admin: {
    top: ["/start"],
    groups: [
      { title: "group.people", pages: ["/users", "/departments", "/posts", "/roles", "/grants", "/online"] },
      { title: "group.audit", pages: ["/audit", "/operations", "/logins"] },
      { title: "group.settings", pages: ["/parameters", "/dictionaries", "/jobs", "/archive", "/retention", "/relying-parties", "/api-docs"] },
      { title: "group.office", pages: ["/approvals", "/notices", "/notice-desk"] },
    ],
  },
};
