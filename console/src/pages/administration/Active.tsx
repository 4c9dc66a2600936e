// Whether something is offered.
import { Badge } from "../../view/Badge";

export function Active({ isActive }: { isActive: boolean }) {
  return isActive ? <Badge look="good" word="backOffice.active" /> : <Badge look="" word="backOffice.disabled" />;
}
