import { z } from 'zod';
import { E164, emailAddress } from '../platform/agentless.js';
import { buildConversation, uuidFrom } from '../population/build.js';
import { generateCustomers, SMS_NUMBER } from '../population/generate.js';
import type { Customer } from '../population/population.js';
import type { World } from '../state.js';

const MINUTE = 60_000;

const lineSchema = z.strictObject({
  from: z.enum(['customer', 'agent', 'bot']),
  text: z.string().min(1),
});

const conversationSchema = z.strictObject({
  media: z.enum(['webmessaging', 'sms']).default('webmessaging'),
  minutesAgo: z.number().min(0),
  active: z.boolean().default(false),
  messages: z.array(lineSchema).min(1),
});

const bounceText = z.string().min(1).max(300).nullable();
const smsFails = z.enum(['RecipientOptedOut', 'InvalidDestination', 'GeneralError']).nullable();

/** A person to add. The email stands on the external contact unless `emailOnContact` is false. */
export const newCustomerSchema = z.strictObject({
  id: z.guid().optional(),
  /** The contact that this one was merged into. */
  mergedInto: z.guid().nullable().default(null),
  firstName: z.string().default('Guest'),
  lastName: z.string().default(''),
  email: emailAddress.optional(),
  emailOnContact: z.boolean().default(true),
  phone: z.string().regex(E164, 'must be a phone number in E.164').optional(),
  language: z.enum(['en', 'de', 'es', 'ja', 'ar', 'he']).default('en'),
  online: z.boolean().default(true),
  /** Their receipts say `read`. */
  reads: z.boolean().default(false),
  emailBounces: z.boolean().default(false),
  bounceText: bounceText.default(null),
  smsFails: smsFails.default(null),
  conversations: z.array(conversationSchema).default([]),
});

/** Several thousand cheap people at once, for load tests. */
export const generateSchema = z.strictObject({ generate: z.number().int().min(1).max(50_000) });

export const customerPatchSchema = z.strictObject({
  online: z.boolean().optional(),
  /** true opens a conversation with the deployment; false ends every open one. */
  activeConversation: z.boolean().optional(),
  emailOnContact: z.boolean().optional(),
  reads: z.boolean().optional(),
  emailBounces: z.boolean().optional(),
  bounceText: bounceText.optional(),
  smsFails: smsFails.optional(),
});

export type NewCustomer = z.input<typeof newCustomerSchema>;
export type NewConversation = z.input<typeof conversationSchema>;
export type CustomerPatch = z.output<typeof customerPatchSchema>;

export function addCustomer(world: World, definition: NewCustomer): Customer {
  const { conversations, id, email, phone, emailOnContact, ...rest } =
    newCustomerSchema.parse(definition);
  const customer: Customer = {
    ...rest,
    id: id ?? uuidFrom(world.random),
    email: email ?? null,
    emailOnContact: emailOnContact && email !== undefined,
    phone: phone ?? null,
    guestId: uuidFrom(world.random),
  };
  world.population.add(customer);
  for (const conversation of conversations) addConversation(world, customer, conversation);
  return customer;
}

/** @returns the conversation's id. */
export function addConversation(
  world: World,
  customer: Customer,
  definition: NewConversation,
): string {
  const { media, minutesAgo, active, messages } = conversationSchema.parse(definition);
  const conversation = buildConversation(
    customer,
    {
      media,
      ourAddress: media === 'sms' ? SMS_NUMBER : world.settings.deploymentId,
      startedAt: Math.round(world.now() - minutesAgo * MINUTE),
      active,
      lines: messages.map(({ from, text }) => [from, { type: 'text', text }] as const),
    },
    world.random,
  );
  world.population.addConversation(conversation);
  return conversation.id;
}

export function generate(world: World, count: number): Customer[] {
  const { deploymentId } = world.settings;
  return generateCustomers(
    world.population,
    { count, from: world.population.size + 1, deploymentId, now: world.now() },
    world.random,
  );
}

/** By external contact id, or by any address of theirs. */
export function findCustomer(world: World, key: string): Customer | undefined {
  return world.population.customer(key) ?? world.population.findByAddress(key);
}

export function patchCustomer(world: World, customer: Customer, patch: CustomerPatch): void {
  customer.online = patch.online ?? customer.online;
  customer.reads = patch.reads ?? customer.reads;
  customer.emailBounces = patch.emailBounces ?? customer.emailBounces;
  customer.bounceText = patch.bounceText === undefined ? customer.bounceText : patch.bounceText;
  customer.smsFails = patch.smsFails === undefined ? customer.smsFails : patch.smsFails;
  customer.emailOnContact =
    customer.email !== null && (patch.emailOnContact ?? customer.emailOnContact);
  if (patch.activeConversation === true) {
    world.population.openConversation(customer, world.settings.deploymentId, world.now());
  }
  if (patch.activeConversation === false) {
    world.population.closeConversations(customer.id, world.now());
  }
}

export function customerView(world: World, customer: Customer): object {
  const conversations = [...world.population.conversationsOf(customer.id)];
  return {
    ...customer,
    conversations: conversations.length,
    activeConversation: conversations.some(({ endedAt }) => endedAt === null),
  };
}
