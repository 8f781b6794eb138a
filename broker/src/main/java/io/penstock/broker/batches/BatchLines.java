package io.penstock.broker.batches;

import io.penstock.broker.batches.lifecycle.Batch;
import io.penstock.broker.batches.lifecycle.BatchOrder;
import io.penstock.broker.batches.run.BatchCoordinator;
import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import io.penstock.broker.requests.KnownRequest;
import io.penstock.broker.requests.RequestLookup;
import io.penstock.schemas.RequestState;
import java.util.Optional;

/** Finds the requests of batches by their ids, {@code BATCH.LINE}. */
final class BatchLines implements RequestLookup {

  private final BatchCoordinator coordinator;

  BatchLines(BatchCoordinator coordinator) {
    this.coordinator = coordinator;
  }

  @Override
  public Optional<KnownRequest> find(String tenant, String id) {
    int dot = id.lastIndexOf('.');
    if (dot < 1) {
      return Optional.empty();
    }
    Optional<Batch> batch =
        coordinator.find(tenant, id.substring(0, dot)).map(BatchCoordinator.Shown::batch);
    return batch.flatMap(found -> line(found, found.order().number(id), id));
  }

  private static Optional<KnownRequest> line(Batch batch, int number, String id) {
    if (number < 1 || number > batch.total()) {
      return Optional.empty();
    }
    BatchOrder order = batch.order();
    if (batch.status().isTerminal() || batch.answered().contains(number)) {
      throw new ApiException(
          ApiError.invalid(
                  410,
                  "request_in_batch",
                  "Request %d of batch %s has ended. Its answer is in the batch's output or error file."
                      .formatted(number, order.id()))
              .with(ApiError.SHOULD_RETRY, "false"));
    }
    return Optional.of(
        new KnownRequest(
            order.tenant(),
            id,
            RequestState.ACCEPTED,
            Optional.of(order.window().serviceClass()),
            Optional.ofNullable(batch.model()),
            0,
            Optional.empty(),
            Optional.of(order.createdAt()),
            order.createdAt(),
            Optional.empty(),
            Optional.empty()));
  }
}
