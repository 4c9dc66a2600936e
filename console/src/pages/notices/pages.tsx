// The pages of this folder: notices, read and written.
import { EditOutlined, NotificationOutlined } from "@ant-design/icons";
import { definePages } from "../../shell/page";
import { lazily } from "../../view/lazily";

export const pages = definePages([
  {
    path: "/notices",
    title: "menu.notices",
    needs: "notices",
    icon: <NotificationOutlined />,
    component: lazily(async () => (await import("./notices")).Notices),
  },
  {
    path: "/notice-desk",
    title: "menu.noticeEditing",
    needs: "notice_desk",
    icon: <EditOutlined />,
    component: lazily(async () => (await import("./editing")).NoticeEditing),
  },
]);
