/**
 * All that a Redis user of the service needs, as ACL rules; `{prefix}` stands for QUEUE_PREFIX. The
 * documentation says the same, and a test runs the whole product with nothing else.
 */
export const LEAST_RIGHTS =
  'resetchannels ~{prefix}* -@all +@connection +@read +@write +@scripting +@transaction +time -@dangerous +info -xdel -xsetid';
