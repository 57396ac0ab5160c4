import { Tooltip } from "@mantine/core";
import type { ReactNode } from "react";
import { type TermId, terms } from "@onrush/shared/format/terms.ts";

/** A word with its explanation, for mouse, touch and keyboard. */
export function Term({ id, children }: { id: TermId; children: ReactNode }) {
  return (
    <Tooltip label={terms[id]} events={{ hover: true, focus: true, touch: true }}>
      <span className="term" tabIndex={0}>
        {children}
      </span>
    </Tooltip>
  );
}
