package io.penstock.broker.batches;

import io.penstock.broker.batches.lifecycle.BatchOrder;
import io.penstock.broker.batches.run.BatchCoordinator;
import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import io.penstock.broker.files.FileRecord;
import io.penstock.broker.files.FileRegistry;
import io.penstock.broker.home.HomeLostException;
import io.penstock.broker.home.Homes;
import io.penstock.broker.home.NoHomeException;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;

/** Makes batches at the home of their input file, where their own files will be at home too. */
final class BatchService {

  private static final String PURPOSE = "batch";

  /** A home of one's own is found by chance; with so many tries it is, whatever their number. */
  private static final int TRIES = 100_000;

  private final Homes homes;
  private final FileRegistry registry;
  private final BatchCoordinator coordinator;
  private final InstantSource clock;

  BatchService(
      Homes homes, FileRegistry registry, BatchCoordinator coordinator, InstantSource clock) {
    this.homes = homes;
    this.registry = registry;
    this.coordinator = coordinator;
    this.clock = clock;
  }

  /**
   * Makes a batch.
   *
   * @param webhook an endpoint of the tenant that is told of its end
   * @throws ApiException if there is no such file or it is for another purpose
   * @throws HomeLostException if the file's home is not this instance's any more
   * @throws IOException if the log failed
   */
  BatchCoordinator.Shown create(String tenant, BatchRequest request, Optional<String> webhook)
      throws IOException {
    int home = homes.of(request.inputFile());
    String id = idAt(home, "batch_");
    coordinator.reserve(request.inputFile(), id);
    try {
      FileRecord file = input(tenant, request.inputFile());
      Instant now = Instant.ofEpochSecond(clock.instant().getEpochSecond());
      return coordinator.begin(
          new BatchOrder(
              id,
              tenant,
              request.endpoint().path(),
              file.id(),
              file.pieces().getFirst().blob(),
              request.window(),
              request.metadata(),
              request.outputExpiresAfter().orElse(null),
              idAt(home, "file-"),
              idAt(home, "file-"),
              now,
              webhook));
    } finally {
      coordinator.release(request.inputFile(), id);
    }
  }

  private FileRecord input(String tenant, String id) {
    FileRecord file =
        registry
            .find(tenant, id, clock.instant())
            .orElseThrow(() -> new ApiException(ApiError.notFound("file", id)));
    if (!file.purpose().equals(PURPOSE) || file.pieces().size() != 1) {
      throw new ApiException(
          ApiError.invalid(
              "input_file_id",
              "invalid_file_purpose",
              "The file's purpose is %s; upload it with purpose batch.".formatted(file.purpose())));
    }
    return file;
  }

  private String idAt(int home, String prefix) {
    for (int tries = 0; tries < TRIES; tries++) {
      String id = prefix + UUID.randomUUID().toString().replace("-", "");
      if (homes.of(id) == home) {
        return id;
      }
    }
    throw new NoHomeException();
  }
}
