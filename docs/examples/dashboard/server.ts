/** Updates of projects for all watchers: see README.md beside this file. */
import { WebSocketServer } from "plainsocket";
import { bareFormat, defineContract } from "plainsocket/contract";
import { ConnectionManager } from "plainsocket/manager";
import { z } from "zod";
import type { Site } from "../site.js";

const projectId = z.string().min(1).max(64);

const dashboard = defineContract({
  format: bareFormat(),
  fromClient: {
    watch_project: z.object({ project_id: projectId }),
    unwatch_project: z.object({ project_id: projectId }),
  },
  fromServer: {
    project_update: z.object({
      project_id: projectId.optional(),
      data: z.unknown(),
      timestamp: z.string(),
    }),
  },
});

/** Sends updates of projects to pages. */
export interface Dashboard {
  /** Sends an update to the watchers of a project, or to everybody when no project is given. */
  update(data: unknown, projectId?: string): void;
  close(): Promise<void>;
}

/** @param log - Gets a line for each connection that comes or goes, with the number of connections. */
export function serveDashboard(site: Site, log: (line: string) => void): Dashboard {
  const server = new WebSocketServer({ server: site.http, path: "/ws/updates" });
  const manager = new ConnectionManager({ server });
  manager.on("connection", (connection) => {
    log(`dashboard: connected, ${manager.size} now`);
    dashboard.serve(connection, {
      handlers: {
        watch_project: ({ project_id }) => void manager.room(project_id).join(connection),
        unwatch_project: ({ project_id }) => void manager.room(project_id).leave(connection),
      },
    });
  });
  // A connection that fails during a broadcast reaches this listener, too.
  manager.on("close", () => log(`dashboard: disconnected, ${manager.size} now`));
  site.files(
    "dashboard/page.html",
    "dashboard/page.js",
    "dashboard/updates.js",
    "dashboard/page.css",
  );
  return {
    update: (data, project_id) => {
      const timestamp = new Date().toISOString();
      const message = dashboard.serialize("project_update", { project_id, data, timestamp });
      if (project_id === undefined) manager.broadcast(message);
      else manager.room(project_id).broadcast(message);
    },
    close: async () => {
      await manager.shutdown({ deadlineMs: 0 });
    },
  };
}
