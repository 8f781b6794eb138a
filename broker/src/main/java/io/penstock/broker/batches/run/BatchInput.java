package io.penstock.broker.batches.run;

import io.penstock.broker.batches.input.InputFault;
import io.penstock.broker.batches.input.InputJudge;
import io.penstock.broker.batches.input.InputLimits;
import io.penstock.broker.batches.input.InputRequests;
import io.penstock.broker.batches.input.InputVerdict;
import io.penstock.broker.batches.lifecycle.BatchOrder;
import io.penstock.broker.blobs.BlobStore;
import io.penstock.broker.blobs.NoSuchBlobException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The input file of one batch. One thread reads it; any may say that it need not be judged. */
final class BatchInput {

  private final BatchOrder order;
  private final InputLimits limits;
  private final InputJudging judging;
  private final BlobStore blobs;
  private final CompletableFuture<Void> unwanted = new CompletableFuture<>();

  BatchInput(BatchOrder order, BatchRuntime runtime) {
    this.order = order;
    this.limits = runtime.limits();
    this.judging = runtime.judging();
    this.blobs = runtime.blobs();
  }

  /** Judges the file. Returns empty once the verdict is {@link #unwanted}. */
  Optional<InputVerdict> judge() throws IOException {
    try {
      return judging.judge(
          order.tenant(),
          () -> blobs.read(order.inputBlob()),
          new InputJudge(order.endpoint(), limits),
          unwanted);
    } catch (NoSuchBlobException deleted) {
      String message = "The input file was deleted before it was read. Upload it again.";
      return Optional.of(
          new InputVerdict.Refused(
              List.of(new InputFault("file_not_found", message, null, "input_file_id"))));
    }
  }

  /** Nobody wants a verdict here any more: the batch is cancelled, or moves. */
  void unwanted() {
    unwanted.complete(null);
  }

  /**
   * Reads its requests.
   *
   * @param offset where the first of them begins
   * @param before how many there are before it
   */
  InputRequests open(long offset, int before) throws IOException {
    InputStream in = blobs.read(order.inputBlob(), offset, Long.MAX_VALUE);
    return new InputRequests(in, offset, before, order.endpoint(), limits);
  }
}
