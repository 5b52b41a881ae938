export type { Channel } from './notification/channel.js';
export type { Delivery } from './notification/leg.js';
export type { FieldProblem, NotificationRequest } from './notification/request.js';
export type { Lane, State } from './notification/state.js';
export type { NotificationView, TimelineView } from './notification/view.js';
export {
  BacklogFullError,
  IdConflictError,
  InvalidRequestError,
  NotifierError,
  RedisFullError,
  RedisUnavailableError,
  UnexpectedFailureError,
} from './queue/errors.js';
export {
  NotificationProducer,
  type ProducerOptions,
  type SendResult,
  type Sent,
} from './queue/producer.js';
