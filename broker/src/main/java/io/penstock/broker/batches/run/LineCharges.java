package io.penstock.broker.batches.run;

import io.penstock.broker.batches.input.InputRequest;
import io.penstock.broker.batches.lifecycle.BatchOrder;
import io.penstock.broker.errors.ApiException;
import io.penstock.broker.inference.BodyFacts;
import io.penstock.broker.inference.BodyReader;
import io.penstock.broker.limits.Limiter;
import io.penstock.broker.limits.TokenEstimate;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.models.Endpoint;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What the lines of one batch have taken of their key's limits: charged when a line is fed, given
 * back when it ends. What an earlier owner fed is not charged again. For use by one thread.
 */
final class LineCharges {

  private final BatchOrder order;
  private final LineLimits limits;
  private final boolean generates;
  private final Map<Integer, Limiter.Admission> taken = new HashMap<>();

  LineCharges(BatchOrder order, LineLimits limits) {
    this.order = order;
    this.limits = limits;
    this.generates = Endpoint.ofPath(order.endpoint()).map(Endpoint::generates).orElse(true);
  }

  /** Charges a line, once however often it is fed; false while it has to wait. */
  boolean take(InputRequest line) {
    String keyId = order.origin().keyId();
    if (keyId == null || taken.containsKey(line.number())) {
      return true;
    }
    Optional<Limiter.Admission> admission = limits.take(keyId, order.id(), () -> tokens(line));
    admission.ifPresent(given -> taken.put(line.number(), given));
    return admission.isPresent();
  }

  private long tokens(InputRequest line) {
    ByteBuffer buffer = line.body().duplicate();
    byte[] body = new byte[buffer.remaining()];
    buffer.get(body);
    return TokenEstimate.of(facts(body), generates);
  }

  private static BodyFacts facts(byte[] body) {
    try {
      return BodyReader.read(body);
    } catch (ApiException refusedLater) {
      // Score refuses the line; until then it counts by its length.
      return new BodyFacts(
          "", false, false, OptionalLong.empty(), 1, Optional.empty(), body.length);
    }
  }

  /** The line has its result. */
  void settle(int number, InferenceResult result) {
    settle(
        number,
        result
            .getUsage()
            .map(usage -> usage.getPromptTokens() + usage.getCompletionTokens())
            .orElse(0L));
  }

  /** The line ended, and took so many tokens. */
  void settle(int number, long used) {
    Limiter.Admission admission = taken.remove(number);
    if (admission != null) {
      admission.settle(used);
    }
  }

  /** What the other lines took is not known: they make room for others, and count for a minute. */
  void close() {
    taken.values().forEach(admission -> admission.settle(Long.MAX_VALUE));
    taken.clear();
  }
}
