package io.penstock.broker.following;

import io.penstock.broker.errors.KafkaUnavailableException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SerializationException;

/** Tells failures of Kafka, which pass, from all others. */
public final class KafkaFailures {

  private KafkaFailures() {}

  /**
   * Whether Kafka or the schema registry did not do its part, or not in time, so that trying again
   * may help. A record that cannot be written is not their fault.
   */
  public static boolean isOne(Throwable failure) {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      switch (each) {
        case KafkaUnavailableException _, TimeoutException _ -> {
          return true;
        }
        case SerializationException _ -> {
          // Why it failed decides.
        }
        case RecordTooLargeException _ -> {
          return false;
        }
        case KafkaException _ -> {
          return true;
        }
        default -> {
          // Its cause may be one.
        }
      }
    }
    return false;
  }

  /** The same future, which fails with {@link KafkaUnavailableException} where Kafka failed. */
  public static <T> CompletableFuture<T> told(CompletableFuture<T> asked) {
    return asked.exceptionallyCompose(
        failed ->
            CompletableFuture.failedFuture(
                isOne(failed) ? new KafkaUnavailableException(failed) : failed));
  }
}
