package io.penstock.broker.batches;

import io.penstock.broker.batches.lifecycle.Batch;
import io.penstock.broker.batches.lifecycle.BatchOrder;
import io.penstock.broker.batches.lifecycle.BatchOrigin;
import io.penstock.broker.batches.run.BatchCoordinator;
import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import io.penstock.broker.files.FileRecord;
import io.penstock.broker.files.FileRegistry;
import io.penstock.broker.home.HomeIds;
import io.penstock.broker.home.HomeLostException;
import io.penstock.broker.home.Homes;
import io.penstock.broker.inference.ResultReply;
import io.penstock.broker.submission.IdempotentId;
import io.penstock.broker.tenants.Caller;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/** Makes batches at the home of their input file, where their own files will be at home too. */
final class BatchService {

  private static final String PURPOSE = "batch";

  /**
   * Names a call, so that the same call again makes no other batch.
   *
   * @param key what follows from the tenant and the caller's own name for it
   * @param fingerprint of the body
   */
  record Repeat(String key, String fingerprint) {}

  private final Homes homes;
  private final FileRegistry registry;
  private final BatchCoordinator coordinator;
  private final BatchDirectory directory;
  private final InstantSource clock;

  BatchService(
      Homes homes,
      FileRegistry registry,
      BatchCoordinator coordinator,
      BatchDirectory directory,
      InstantSource clock) {
    this.homes = homes;
    this.registry = registry;
    this.coordinator = coordinator;
    this.directory = directory;
    this.clock = clock;
  }

  /**
   * Makes a batch, unless the same call has made one.
   *
   * @param webhook an endpoint of the tenant that is told of its end
   * @throws ApiException if there is no such file, it is for another purpose, or another call has
   *     the same key
   * @throws HomeLostException if the file's home is not this instance's any more
   * @throws IOException if the log failed
   */
  BatchCoordinator.Shown create(
      Caller caller, BatchRequest request, Optional<String> webhook, Optional<Repeat> repeat)
      throws IOException {
    if (repeat.isEmpty()) {
      String id = HomeIds.random(homes, homes.of(request.inputFile()), "batch_");
      return reserved(
          request, id, () -> coordinator.begin(order(id, caller, request, webhook, repeat)));
    }
    return again(caller, request, webhook, repeat.get());
  }

  /**
   * The id follows from the key and the file's home, so that a retry finds the batch there. Another
   * body may name a file of another home; what is known of all homes tells.
   */
  private BatchCoordinator.Shown again(
      Caller caller, BatchRequest request, Optional<String> webhook, Repeat repeat)
      throws IOException {
    directory
        .repeated(caller.tenant(), repeat.key())
        .ifPresent(other -> requireSame(other, repeat));
    String id =
        HomeIds.first(
            homes, homes.of(request.inputFile()), tries -> "batch_i" + hash(repeat.key(), tries));
    Optional<BatchCoordinator.Shown> before = coordinator.find(caller.tenant(), id);
    BatchCoordinator.Shown batch =
        before.isPresent()
            ? before.get()
            : reserved(
                request,
                id,
                () ->
                    coordinator.beginOnce(
                        order(id, caller, request, webhook, Optional.of(repeat))));
    requireSame(batch.batch(), repeat);
    return batch;
  }

  private static void requireSame(Batch before, Repeat repeat) {
    if (!repeat.fingerprint().equals(before.order().origin().fingerprint())) {
      throw new ApiException(ResultReply.conflict());
    }
  }

  @FunctionalInterface
  private interface Beginning {
    BatchCoordinator.Shown begin() throws IOException;
  }

  /** The file is not deleted meanwhile. */
  private BatchCoordinator.Shown reserved(BatchRequest request, String id, Beginning beginning)
      throws IOException {
    coordinator.reserve(request.inputFile(), id);
    try {
      return beginning.begin();
    } finally {
      coordinator.release(request.inputFile(), id);
    }
  }

  private BatchOrder order(
      String id,
      Caller caller,
      BatchRequest request,
      Optional<String> webhook,
      Optional<Repeat> repeat) {
    int home = homes.of(id);
    FileRecord file = input(caller.tenant(), request.inputFile());
    return new BatchOrder(
        id,
        caller.tenant(),
        request.endpoint().path(),
        file.id(),
        file.pieces().getFirst().blob(),
        request.window(),
        request.metadata(),
        request.outputExpiresAfter().orElse(null),
        HomeIds.random(homes, home, "file-"),
        HomeIds.random(homes, home, "file-"),
        Instant.ofEpochSecond(clock.instant().getEpochSecond()),
        webhook,
        new BatchOrigin(
            BatchOrigin.Api.OPENAI,
            caller.keyId().orElse(null),
            repeat.map(Repeat::key).orElse(null),
            repeat.map(Repeat::fingerprint).orElse(null)));
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

  private static String hash(String key, int tries) {
    return IdempotentId.fingerprint(key, Integer.toString(tries).getBytes(StandardCharsets.UTF_8));
  }
}
