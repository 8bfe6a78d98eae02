/** Functions that no row runs, and why not. */

const OURS = "the library implements it, and calls what it is given";
const CLIENT = "the broker of the library calls it: brokers/engines";
const PROMISE_TO_CALLER = "only a call of the application waits for it, and gets what it throws";

/** By the part in front of the dot. */
export const EXCEPTED_OWNERS: Readonly<Record<string, string>> = {
  Clock: "a clock that throws stops all that waits for time; it is for tests",
  Timer: "as Clock",
  Cluster: "a cluster of one's own is a part of the library that is replaced, not a hook of it",
  ClusterLocal: OURS,
  Returning: OURS,
  Emitter: "the events have a row each",
  WebSocketTarget:
    "as on every EventTarget of Node, errors are uncaught exceptions, as the standard wants it: node/websocket/websocket-dispatch",
  WebSocket: "as WebSocketTarget",
  Incoming: "a class inside the library has the name of an exported type, too",
  Outgoing: "as Incoming",
  PreparedMessage: OURS,
  MemoryBroker: OURS,
  NatsBroker: OURS,
  RedisBroker: OURS,
  IoRedisClient: CLIENT,
  IoRedisSubscriber: CLIENT,
  JetStreamClient: CLIENT,
  JetStreamManager: CLIENT,
  NatsMessage: CLIENT,
  NatsConnection: CLIENT,
  NatsSubscription: CLIENT,
  NodeRedisClient: CLIENT,
  NodeRedisSubscriber: CLIENT,
  StandardWebSocket: "it is of the platform",
  ServerConnection: "it is of another library, and calls are made as its own users make them",
  SessionSetup: OURS,
};

export const EXCEPTED: Readonly<Record<string, string>> = {
  "BareFormatOptions.readError": "as Format.read, which calls it",
  "BareFormatOptions.typeOf": "as Format.read, which calls it",
  "BareFormatOptions.writeError": "as Format.write, which calls it",
  "Batch.join": PROMISE_TO_CALLER,
  "Batch.send": "a class inside the library has the name of an exported type, too",
  "Batch.split": "as Codec.parse: contract/wire",
  "Broker.close": "the application calls it",
  "Broker.refresh": "no message of a peer leads there",
  "ContractPeer.on(handler)": "as Handlers.*: it adds one more",
  "ManagerOptions.cluster": "the constructor of the manager calls it, and throws what it throws",
  "RequestType.response": PROMISE_TO_CALLER,
  "WebSocketConnection.listenerAdded(listener)": OURS,
  "WebSocketServer.handleUpgrade(socket)": "as accept, once the request is read",
};
