// Whether an agent is still appointed (代理委托).
import { Badge } from "../../view/Badge";

export function AppointmentState({ state }: { state: string }) {
  if (state === "active") return <Badge look="good" word="agent.active" />;
  return state === "expired" ? <Badge look="warn" word="agent.expired" /> : <Badge look="" word="agent.ended" />;
}
