// Set-up of every test file: how many runs a property gets, when the environment says so (fast-check's default is 100).
const runs = process.env["FC_NUM_RUNS"];

// Imported only on demand: most test files have no properties, and the import takes longer than some of them.
if (runs !== undefined) {
  const { default: fc } = await import("fast-check");
  fc.configureGlobal({ ...fc.readConfigureGlobal(), numRuns: Number(runs) });
}
