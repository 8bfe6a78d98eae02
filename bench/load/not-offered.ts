/** A peer does not do what a load is about; this is no failure. */
export class NotOffered extends Error {}
