// The law of a broadcast: it is for those who are members when it begins, once each, whatever happens while it goes on.
import fc from "fast-check";
import { expect, it } from "vitest";
import { deliver } from "../../src/manager/broadcast.js";
import { ManagedConnection } from "../../src/manager/roster.js";
import { prepareMessage } from "../../src/protocol/index.js";
import { Membership } from "../../src/manager/membership.js";
import { RawPeer } from "../support/raw-peer.js";

const COUNT = 6;
const member = fc.nat({ max: COUNT - 1 });
const change = fc.record({ action: fc.constantFrom("join", "leave"), member });

it("a broadcast reaches exactly the members of the moment it began, but for the excepted", () => {
  let during: () => void = () => {};
  const reached: string[] = [];
  const all = Array.from({ length: COUNT }, (_, index) => {
    const { connection } = new RawPeer();
    connection.send = () => {
      reached.push(`${index}`);
      during();
      return "sent";
    };
    const managed = new ManagedConnection(`${index}`, connection, 0);
    managed.isAuthenticated = true;
    return managed;
  });

  fc.assert(
    fc.property(
      fc.uniqueArray(member),
      fc.uniqueArray(member),
      fc.array(fc.array(change, { maxLength: 4 }), { maxLength: COUNT }),
      (members, except, changes) => {
        const membership = new Membership<ManagedConnection<string>>();
        const apply = (action: string, index: number): void => {
          for (const managed of all.slice(index, index + 1)) {
            if (action === "join") membership.add(managed, "room");
            else membership.remove(managed, "room");
          }
        };
        for (const index of members) apply("join", index);
        const rest = [...changes];
        during = () => rest.shift()?.forEach(({ action, member }) => apply(action, member));
        reached.length = 0;
        const exceptIds = new Set(except.map(String));
        const result = deliver(membership.membersOf("room"), prepareMessage("x"), { exceptIds });

        const expected = members.map(String).filter((id) => !exceptIds.has(id));
        expect(reached).toEqual(expected);
        expect(result).toEqual({ sent: expected.length, buffered: 0, dropped: 0, closed: 0 });
      },
    ),
  );
});
