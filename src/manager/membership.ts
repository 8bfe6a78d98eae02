/** Members of groups, in two maps that mirror each other. A group without members does not exist. */
export class Membership<Member> {
  readonly #members = new Map<string, Set<Member>>();
  readonly #groups = new Map<Member, Set<string>>();

  /** The number of groups. */
  get groupCount(): number {
    return this.#members.size;
  }

  /** The sum of the groups' sizes: a member of two groups counts twice. */
  get placeCount(): number {
    let count = 0;
    for (const members of this.#members.values()) count += members.size;
    return count;
  }

  /** The names of the groups. */
  groups(): IterableIterator<string> {
    return this.#members.keys();
  }

  has(member: Member, group: string): boolean {
    return this.#members.get(group)?.has(member) ?? false;
  }

  /** The members of a group, as a live view. */
  membersOf(group: string): ReadonlySet<Member> {
    return this.#members.get(group) ?? NOBODY;
  }

  /** The groups of a member, as a live view. */
  groupsOf(member: Member): ReadonlySet<string> {
    return this.#groups.get(member) ?? NOWHERE;
  }

  /** @returns `"created"` when the group was empty. */
  add(member: Member, group: string): "added" | "created" | "unchanged" {
    const members = this.#members.get(group);
    if (members?.has(member) === true) return "unchanged";
    const groups = this.#groups.get(member);
    if (groups === undefined) this.#groups.set(member, new Set([group]));
    else groups.add(group);
    if (members === undefined) this.#members.set(group, new Set([member]));
    else members.add(member);
    return members === undefined ? "created" : "added";
  }

  /** @returns `"emptied"` when the group is empty now. */
  remove(member: Member, group: string): "removed" | "emptied" | "unchanged" {
    const members = this.#members.get(group);
    const groups = this.#groups.get(member);
    if (members === undefined || groups?.delete(group) !== true) return "unchanged";
    if (groups.size === 0) this.#groups.delete(member);
    members.delete(member);
    if (members.size > 0) return "removed";
    this.#members.delete(group);
    return "emptied";
  }
}

const NOBODY: ReadonlySet<never> = new Set();
const NOWHERE: ReadonlySet<string> = new Set();
