import { Button, Menu } from "@mantine/core";
import { runPath } from "../../api/runs.ts";

/** What of a run can be had as a document. */
const reports = [
  { path: "report.html", label: "Report as a page", hint: "opens offline" },
  { path: "report.json", label: "JSON", hint: "everything, for programs" },
  { path: "report.csv?steps=true", label: "CSV", hint: "every second and step" },
  { path: "junit.xml", label: "JUnit XML", hint: "SLA lines and checks" },
  { path: "histogram?format=hgrm", label: "Histogram (.hgrm)", hint: "response times" },
  { path: "histogram?format=v2", label: "Histogram (V2)", hint: "for HdrHistogram" },
] as const;

/** The file a download is stored as. */
function fileName(runId: string, path: string): string {
  const format = /format=(\w+)/.exec(path)?.[1];
  const [name = ""] = path.split("?");
  return `onrush-${runId}.${format ?? name.split(".").at(-1) ?? ""}`;
}

export function ReportsMenu({ runId }: { runId: string }) {
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Button variant="default" data-testid="reports">
          Reports
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {reports.map(({ path, label, hint }) => (
          <Menu.Item
            key={path}
            component="a"
            href={`${runPath(runId)}/${path}`}
            download={fileName(runId, path)}
            data-testid="report-link"
            rightSection={<span className="dimmed">{hint}</span>}
          >
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
