import { ActionIcon, Group, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { Link, NavLink, useLocation } from "react-router";
import { ExternalIcon, Logo, MoonIcon, SunIcon } from "./icons.tsx";

export function Header() {
  const { pathname } = useLocation();
  // The list at "/" and the forms below "/scenarios" are one area.
  const inScenarios = pathname === "/" || pathname.startsWith("/scenarios");
  return (
    <Group h="100%" px="md" justify="space-between" wrap="nowrap" gap="xs">
      <Group gap="sm" wrap="nowrap">
        <Link to="/" className="brand" aria-label="Onrush: scenarios">
          <Logo />
          <span>Onrush</span>
        </Link>
        <nav className="nav" aria-label="Main">
          <Link
            to="/"
            className={inScenarios ? "active" : ""}
            aria-current={inScenarios ? "page" : undefined}
          >
            Scenarios
          </Link>
          <NavLink to="/runs">Runs</NavLink>
          <NavLink to="/workers">Workers</NavLink>
        </nav>
      </Group>
      <Group gap={4} wrap="nowrap" className="nav">
        <a href="/docs" target="_blank" rel="noreferrer" style={{ whiteSpace: "nowrap" }}>
          API <ExternalIcon size={12} />
        </a>
        <SchemeToggle />
      </Group>
    </Group>
  );
}

function SchemeToggle() {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme("dark", { getInitialValueInEffect: false });
  const other = scheme === "dark" ? "light" : "dark";
  return (
    <ActionIcon
      size="lg"
      aria-label={`Switch to the ${other} colour scheme`}
      onClick={() => setColorScheme(other)}
      data-testid="toggle-scheme"
    >
      {scheme === "dark" ? <SunIcon /> : <MoonIcon />}
    </ActionIcon>
  );
}
