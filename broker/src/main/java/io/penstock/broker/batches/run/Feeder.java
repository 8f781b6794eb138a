package io.penstock.broker.batches.run;

import io.penstock.broker.batches.input.InputRequest;
import io.penstock.broker.batches.input.InputRequests;
import io.penstock.broker.batches.lifecycle.BatchOrder;
import io.penstock.broker.home.RequestGateway;
import io.penstock.schemas.InferenceRequest;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Hands the requests of a batch to the log, in the order of its file. Handing one over again is
 * harmless: its id is the same. For use by one thread.
 */
final class Feeder implements Closeable {

  /** Opens the input file. */
  @FunctionalInterface
  interface Source {

    /**
     * Reads it from a place on.
     *
     * @param offset where a line begins
     * @param before how many requests lie before it
     */
    InputRequests open(long offset, int before) throws IOException;
  }

  /** What became of a request. */
  sealed interface Fed {

    InputRequest request();

    /** The log has it. */
    record Taken(InputRequest request) implements Fed {}

    /** The log refuses it, and would refuse it again. */
    record Refused(InputRequest request, String message) implements Fed {}
  }

  private final BatchOrder order;
  private final RequestGateway gateway;
  private final Source source;
  private final Predicate<InputRequest> admitted;
  private @Nullable InputRequests requests;

  /** The request that was read last, while it has to wait. */
  private @Nullable InputRequest held;

  /**
   * @param admitted whether a request may go now; it is asked again as long as it may not
   */
  Feeder(
      BatchOrder order, RequestGateway gateway, Source source, Predicate<InputRequest> admitted) {
    this.order = order;
    this.gateway = gateway;
    this.source = source;
    this.admitted = admitted;
  }

  /**
   * Hands over the next requests, up to one that has to wait, and waits until the log has them.
   *
   * @param offset where the first one's line begins
   * @param before how many requests lie before it
   * @param most how many at most
   * @return all that were handed over, in order
   * @throws IOException if the file or the log failed: none counts, and the same call may be made
   *     again
   */
  List<Fed> feed(long offset, int before, int most) throws IOException {
    try {
      InputRequests open = requests;
      if (open == null) {
        open = source.open(offset, before);
        requests = open;
      }
      List<Fed> fed = new ArrayList<>();
      List<CompletableFuture<Void>> writes = new ArrayList<>();
      while (fed.size() < most) {
        InputRequest next = held != null ? held : open.next().orElse(null);
        held = null;
        if (next == null) {
          break;
        }
        if (!admitted.test(next)) {
          held = next;
          break;
        }
        fed.add(submit(next, writes));
      }
      CompletableFuture.allOf(writes.toArray(CompletableFuture[]::new)).join();
      return fed;
    } catch (CompletionException refused) {
      close();
      throw new IOException("the log did not take requests", refused.getCause());
    } catch (IOException | RuntimeException failed) {
      close();
      throw failed;
    }
  }

  private Fed submit(InputRequest request, List<CompletableFuture<Void>> writes) {
    try {
      writes.add(gateway.submit(inferenceRequest(request), null));
      return new Fed.Taken(request);
    } catch (IllegalArgumentException refused) {
      return new Fed.Refused(request, String.valueOf(refused.getMessage()));
    }
  }

  private InferenceRequest inferenceRequest(InputRequest request) {
    return InferenceRequest.newBuilder()
        .setId(order.requestId(request.number()))
        .setTenant(order.tenant())
        .setEndpoint(order.endpoint())
        .setModel(request.model())
        .setBody(request.body())
        .setServiceClass(order.window().serviceClass())
        .setDeadline(order.expiresAt())
        .setBatchId(order.id())
        .setCustomId(request.customId())
        .setReplyKey(order.id())
        .setCreatedAt(order.createdAt())
        .build();
  }

  /** Asks to stop a request. What cannot be asked now ends at its deadline. */
  void cancel(int number) {
    var _ = gateway.cancel(order.tenant(), order.requestId(number));
  }

  /** Closes the file; the next call opens it again. */
  @Override
  public void close() throws IOException {
    InputRequests open = requests;
    requests = null;
    held = null;
    if (open != null) {
      open.close();
    }
  }
}
