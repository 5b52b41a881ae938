/** Whether two ids name the same thing. The platform's ids are UUIDs: case does not matter. */
export function sameId(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** Whether an id that the platform may leave out is the one that was asked for, if it is there. */
export function absentOrSameId(answered: string | undefined, asked: string): boolean {
  return answered === undefined || sameId(answered, asked);
}
