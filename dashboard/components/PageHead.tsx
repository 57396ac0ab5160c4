import { Group, Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import type { ReactNode } from "react";

interface PageHeadProps {
  title: string;
  badges?: ReactNode;
  children?: ReactNode;
}

/** The page's title, also that of the browser tab, with its actions at the right. */
export function PageHead({ title, badges, children }: PageHeadProps) {
  useDocumentTitle(`${title} · Onrush`);
  return (
    <Group justify="space-between" gap="xs" mb="sm" mih={34}>
      <Group gap="xs" style={{ minWidth: 0 }}>
        <Title order={1}>{title}</Title>
        {badges}
      </Group>
      <Group gap={6}>{children}</Group>
    </Group>
  );
}
