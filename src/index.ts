export type { NotificationView, TimelineView } from './notification/notificationView.js';
export type { Delivery } from './notification/record.js';
export type { FieldProblem, NotificationRequest } from './notification/request.js';
export type { Channel, Lane, State } from './notification/state.js';
export {
  BacklogFullError,
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
