/** Which end of a connection this is (RFC 6455 §1.3). Clients mask their frames, servers do not (§5.1). */
export type Role = "client" | "server";
