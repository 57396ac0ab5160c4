import type { ReactNode } from "react";

interface PanelProps {
  title: ReactNode;
  /** A remark or unit beside the title. */
  note?: ReactNode;
  controls?: ReactNode;
  children: ReactNode;
  padded?: boolean;
  testId?: string;
}

/** A titled surface; tables fill it to the edge, other content is padded. */
export function Panel({ title, note, controls, children, padded = false, testId }: PanelProps) {
  return (
    <section className="panel" data-testid={testId}>
      <div className="panel-head">
        <h2>{title}</h2>
        {note !== undefined && <span className="unit">{note}</span>}
        {controls !== undefined && <div style={{ marginLeft: "auto" }}>{controls}</div>}
      </div>
      {padded ? <div style={{ padding: "2px 12px 12px" }}>{children}</div> : children}
    </section>
  );
}
