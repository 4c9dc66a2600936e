// One figure with what it counts, and the list behind it.
import { Link } from "react-router";

interface TileProps {
  label: string;
  value: string;
  look?: "good" | "bad" | "warn" | "";
  /** The list behind the figure. */
  to?: string;
}

export function Tile({ label, value, look = "", to }: TileProps) {
  const content = (
    <>
      <b>{value}</b>
      <span>{label}</span>
    </>
  );
  if (to === undefined) return <div className={`tile ${look}`}>{content}</div>;
  return (
    <Link to={to} className={`tile tile-link ${look}`}>
      {content}
    </Link>
  );
}
