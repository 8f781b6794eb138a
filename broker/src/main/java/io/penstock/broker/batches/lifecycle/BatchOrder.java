package io.penstock.broker.batches.lifecycle;

import io.penstock.broker.blobs.BlobName;
import io.penstock.schemas.InferenceResult;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What was asked for. Never changes.
 *
 * @param id the batch's id, from which its home follows
 * @param tenant whose it is
 * @param endpoint the OpenAI path of all its requests
 * @param inputFile the id of the file that holds them
 * @param inputBlob where its content lies
 * @param window how long it may take
 * @param metadata the requester's own labels
 * @param outputExpiresAfter how long after their making its files are kept; null takes the setting
 * @param outputFile the id that the output file will have
 * @param errorFile the id that the error file will have
 * @param createdAt when it was asked for
 * @param webhook an endpoint of the tenant that is told of its end, whatever it listens to
 * @param origin how it was asked for
 */
public record BatchOrder(
    String id,
    String tenant,
    String endpoint,
    String inputFile,
    BlobName inputBlob,
    CompletionWindow window,
    Map<String, String> metadata,
    @Nullable Duration outputExpiresAfter,
    String outputFile,
    String errorFile,
    Instant createdAt,
    Optional<String> webhook,
    BatchOrigin origin) {

  public BatchOrder {
    metadata = Map.copyOf(metadata);
  }

  /** When the window closes, which is the deadline of every request. */
  public Instant expiresAt() {
    return createdAt.plus(window.length());
  }

  /** The id of a request of this batch; the same whoever feeds it, however often. */
  public String requestId(int number) {
    return id + "." + number;
  }

  /**
   * Whether this is the result of a request of this batch. Whoever writes to Kafka chooses the ids
   * of requests, so the id alone does not say it.
   */
  public boolean isAnsweredBy(InferenceResult result) {
    return result.getTenant().equals(tenant)
        && result.getBatchId().filter(id::equals).isPresent()
        && number(result.getId()) > 0;
  }

  /** The number in the id of a request, or 0 if it is not one of this batch. */
  public int number(String requestId) {
    if (!requestId.startsWith(id)
        || requestId.length() < id.length() + 2
        || requestId.length() > id.length() + 9
        || requestId.charAt(id.length()) != '.') {
      return 0;
    }
    int number = 0;
    for (int at = id.length() + 1; at < requestId.length(); at++) {
      char digit = requestId.charAt(at);
      if (digit < '0' || digit > '9') {
        return 0;
      }
      number = number * 10 + digit - '0';
    }
    return number;
  }
}
