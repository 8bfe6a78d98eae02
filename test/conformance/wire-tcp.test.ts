/** The wire scripts over TCP. Where they are cut is the business of wire-splits.property.test.ts. */
import { IS_LONG } from "../support/universal.js";
import { describeWireScripts } from "./wire-suite.js";

describeWireScripts("tcp", { everySplit: false, inTurn: !IS_LONG });
