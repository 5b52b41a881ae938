export {
  EVENT_TYPES,
  type EventType,
  type FeedEvent,
} from './events/event.js';
export type { NotificationView, TimelineView } from './notification/notificationView.js';
export type { Delivery } from './notification/record.js';
export type { FieldProblem, NotificationRequest } from './notification/request.js';
export type { Channel, Lane, State } from './notification/state.js';
export type { EventIterator, EventOptions } from './queue/eventReader.js';
export {
  BacklogFullError,
  EventsGoneError,
  IdConflictError,
  InvalidRequestError,
  NotifierError,
  RedisFullError,
  RedisUnavailableError,
  UnexpectedFailureError,
} from './queue/notifierErrors.js';
export {
  NotificationProducer,
  type ProducerOptions,
  type SendResult,
  type Sent,
} from './queue/producer.js';
