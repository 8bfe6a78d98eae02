/** Made-up projects for the dashboard. Their state changes with time. */
import type { Dashboard } from "./server.js";

const PROJECTS = ["apollo", "gemini", "mercury"];
const STEPS = ["build started", "tests passed", "deployed", "review asked for", "merged"];

/** Reports a step of one project every 2 seconds, and sometimes of all. @returns A function that stops it. */
export function moveProjects(dashboard: Dashboard): () => void {
  let count = 0;
  const timer = setInterval(() => {
    const project = PROJECTS[count % PROJECTS.length];
    const step = STEPS[count % STEPS.length];
    if (count % 7 === 6) dashboard.update({ text: "nightly maintenance is over" });
    else dashboard.update({ text: step, progress: (count * 9) % 101 }, project);
    count++;
  }, 2_000);
  return () => clearInterval(timer);
}
