package io.penstock.streams.delivery;

import java.util.Optional;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.InvalidPidMappingException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TransactionAbortedException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.UnsupportedForMessageFormatException;

/** Tells what an error of a send says about the topic. */
final class SendErrors {

  private SendErrors() {}

  /** The topic's trouble; empty if no topic is at fault, or another one is. */
  static Optional<Trouble> trouble(String topic, Exception error) {
    return switch (error) {
      case RecordTooLargeException large -> Optional.of(Trouble.TOO_LARGE);
      case RecordBatchTooLargeException large -> Optional.of(Trouble.TOO_LARGE);
      case TopicAuthorizationException denied ->
          denied.unauthorizedTopics().isEmpty() || denied.unauthorizedTopics().contains(topic)
              ? Optional.of(Trouble.NOT_AUTHORISED)
              : Optional.empty();
      case UnknownTopicOrPartitionException missing -> Optional.of(Trouble.MISSING);
      case InvalidTopicException illegal -> Optional.of(Trouble.REFUSED);
      case InvalidRecordException refused -> Optional.of(Trouble.REFUSED);
      case InvalidTimestampException refused -> Optional.of(Trouble.REFUSED);
      case PolicyViolationException refused -> Optional.of(Trouble.REFUSED);
      case UnsupportedForMessageFormatException refused -> Optional.of(Trouble.REFUSED);
      case TransactionAbortedException consequence -> Optional.empty();
      case ProducerFencedException ours -> Optional.empty();
      case InvalidProducerEpochException ours -> Optional.empty();
      case InvalidTxnStateException ours -> Optional.empty();
      case InvalidPidMappingException ours -> Optional.empty();
      case OutOfOrderSequenceException ours -> Optional.empty();
      case ClusterAuthorizationException ours -> Optional.empty();
      case TransactionalIdAuthorizationException ours -> Optional.empty();
      case AuthenticationException ours -> Optional.empty();
      case RetriableException passing -> Optional.of(Trouble.UNAVAILABLE);
      case ApiException other -> Optional.of(Trouble.REFUSED);
      default -> Optional.empty();
    };
  }
}
