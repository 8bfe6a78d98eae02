/** The wire scripts inside this process. */
import { describeWireScripts } from "./wire-suite.js";

describeWireScripts("memory", { everySplit: true });
