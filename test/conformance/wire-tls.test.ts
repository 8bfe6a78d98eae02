/** The wire scripts over TLS; the splits only in long runs, because each takes a connection. */
import { describeWireScripts } from "./wire-suite.js";

describeWireScripts("tls", { everySplit: process.env["FC_NUM_RUNS"] !== undefined });
