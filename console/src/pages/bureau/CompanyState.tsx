// Whether a company may declare.
import { Badge } from "../../view/Badge";

export function CompanyState({ state }: { state: string }) {
  return state === "active" ? <Badge look="good" word="company.active" /> : <Badge look="bad" word="company.suspended" />;
}
