import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// `vite` alone serves the dashboard for development in front of a running controller.
const controller = "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react()],
  server: {
    proxy: {
      "/api": { target: controller, ws: true },
      "/health": controller,
      "/docs": controller,
      "/openapi.json": controller,
    },
  },
});
