import { Alert, AppShell, Center, Loader } from "@mantine/core";
import { lazy, Suspense } from "react";
import { Navigate, Route, Routes } from "react-router";
import { useOpenToEveryone } from "./api/health.ts";
import { Header } from "./components/Header.tsx";
import { AlertIcon } from "./components/icons.tsx";
import { NotFoundPage } from "./pages/NotFoundPage.tsx";
import { ScenarioListPage } from "./pages/scenarios/ScenarioListPage.tsx";

// Pages with charts, and those seldom visited, come when they are needed.
const ScenarioFormPage = lazy(() => import("./pages/scenarioForm/ScenarioFormPage.tsx"));
const RunPage = lazy(() => import("./pages/run/RunPage.tsx"));
const RunListPage = lazy(() => import("./pages/runs/RunListPage.tsx"));
const WorkersPage = lazy(() => import("./pages/workers/WorkersPage.tsx"));

export function App() {
  return (
    <AppShell header={{ height: 48 }} padding={{ base: "xs", sm: "md" }}>
      <AppShell.Header bg="var(--surface)">
        <Header />
      </AppShell.Header>
      <AppShell.Main maw={1680} mx="auto">
        <OpenBanner />
        <Suspense fallback={<PageLoader />}>
          <Routes>
            <Route path="/" element={<ScenarioListPage />} />
            <Route path="/scenarios" element={<Navigate to="/" replace />} />
            <Route path="/scenarios/new" element={<ScenarioFormPage key="new" />} />
            <Route path="/scenarios/:id" element={<ScenarioFormPage key="edit" />} />
            <Route path="/runs" element={<RunListPage />} />
            <Route path="/runs/:id" element={<RunPage />} />
            <Route path="/workers" element={<WorkersPage />} />
            <Route path="*" element={<NotFoundPage />} />
          </Routes>
        </Suspense>
      </AppShell.Main>
    </AppShell>
  );
}

function PageLoader() {
  return (
    <Center mih={240}>
      <Loader size="sm" />
    </Center>
  );
}

function OpenBanner() {
  if (!useOpenToEveryone(window.location.hostname)) return null;
  return (
    <Alert color="yellow" icon={<AlertIcon />} mb="sm" py={6} data-testid="open-banner">
      Authentication is off: whoever reaches this address can start load. Set AUTH to require it.
    </Alert>
  );
}
