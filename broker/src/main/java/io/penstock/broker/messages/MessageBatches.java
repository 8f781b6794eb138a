package io.penstock.broker.messages;

import io.penstock.broker.batches.BatchDirectory;
import io.penstock.broker.batches.LongestWindow;
import io.penstock.broker.batches.input.InputLimits;
import io.penstock.broker.batches.lifecycle.Batch;
import io.penstock.broker.batches.lifecycle.BatchOrder;
import io.penstock.broker.batches.lifecycle.BatchOrigin;
import io.penstock.broker.batches.lifecycle.CompletionWindow;
import io.penstock.broker.batches.run.BatchCoordinator;
import io.penstock.broker.blobs.BlobName;
import io.penstock.broker.blobs.BlobStore;
import io.penstock.broker.blobs.BlobWriter;
import io.penstock.broker.files.FileContent;
import io.penstock.broker.files.FileRecord;
import io.penstock.broker.files.FileRegistry;
import io.penstock.broker.home.HomeIds;
import io.penstock.broker.home.Homes;
import io.penstock.broker.home.UnknownWriteException;
import io.penstock.broker.tenants.Caller;
import io.penstock.schemas.models.Endpoint;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Batches of messages: batches of chat completions whose input came with the call. */
@Singleton
final class MessageBatches {

  private static final Logger LOG = LoggerFactory.getLogger(MessageBatches.class);
  private static final String PREFIX = "msgbatch_";

  /** As Anthropic has it. */
  private static final Duration WINDOW = Duration.ofHours(24);

  private final Homes homes;
  private final BlobStore blobs;
  private final FileRegistry files;
  private final BatchCoordinator coordinator;
  private final BatchDirectory directory;
  private final InputLimits limits;
  private final CompletionWindow window;
  private final InstantSource clock;

  MessageBatches(
      Homes homes,
      BlobStore blobs,
      FileRegistry files,
      BatchCoordinator coordinator,
      BatchDirectory directory,
      InputLimits limits,
      LongestWindow longestWindow,
      InstantSource clock) {
    this.homes = homes;
    this.blobs = blobs;
    this.files = files;
    this.coordinator = coordinator;
    this.directory = directory;
    this.limits = limits;
    this.window = window(longestWindow.length());
    this.clock = clock;
  }

  private static CompletionWindow window(Duration longest) {
    Duration length = longest.compareTo(WINDOW) < 0 ? longest : WINDOW;
    return CompletionWindow.of(length.toMinutes() + "m")
        .orElseThrow(() -> new IllegalArgumentException("no batch can be made in " + length));
  }

  /**
   * Makes a batch at a home of this instance.
   *
   * @param body is read to its end
   */
  Batch create(Caller caller, InputStream body) throws IOException {
    String id = homes.newId(PREFIX);
    BlobName input = input(id);
    BatchBody.Accepted accepted;
    try (BlobWriter writer = blobs.create(input)) {
      accepted = BatchBody.read(body, limits, writer);
      writer.commit();
    }
    try {
      return coordinator
          .begin(order(id, caller, input), accepted.requests(), accepted.model().orElse(null))
          .batch();
    } catch (UnknownWriteException unknown) {
      // The batch may last, and reads its input.
      throw unknown;
    } catch (IOException | RuntimeException failed) {
      discard(input);
      throw failed;
    }
  }

  /** What the store keeps, the sweep finds. */
  private void discard(BlobName input) {
    try {
      blobs.delete(input);
    } catch (IOException failed) {
      LOG.warn("The input {} of no batch stays for now: {}", input, failed.getMessage());
    }
  }

  private static BlobName input(String id) {
    return BlobName.of("batches", id, "input");
  }

  private BatchOrder order(String id, Caller caller, BlobName input) {
    int home = homes.of(id);
    return new BatchOrder(
        id,
        caller.tenant(),
        Endpoint.CHAT_COMPLETIONS.path(),
        "",
        input,
        window,
        Map.of(),
        null,
        HomeIds.random(homes, home, "file-"),
        HomeIds.random(homes, home, "file-"),
        Instant.ofEpochSecond(clock.instant().getEpochSecond()),
        Optional.empty(),
        new BatchOrigin(BatchOrigin.Api.ANTHROPIC, caller.keyId().orElse(null), null, null));
  }

  /** A tenant's batch whose home is here. */
  Optional<Batch> find(String tenant, String id) {
    return coordinator
        .find(tenant, id)
        .map(BatchCoordinator.Shown::batch)
        .filter(batch -> batch.order().origin().api() == BatchOrigin.Api.ANTHROPIC);
  }

  /** A tenant's batches, the newest first. */
  List<Batch> all(String tenant) {
    return directory.of(tenant, BatchOrigin.Api.ANTHROPIC).reversed();
  }

  /** Lines of results of a batch that has ended; empty if they are kept no longer. */
  Optional<InputStream> results(Batch batch) throws IOException {
    List<String> ids = new ArrayList<>();
    if (!batch.outputParts().isEmpty()) {
      ids.add(batch.order().outputFile());
    }
    if (!batch.errorParts().isEmpty()) {
      ids.add(batch.order().errorFile());
    }
    Instant now = clock.instant();
    List<FileRecord> found =
        ids.stream().flatMap(id -> files.find(batch.order().tenant(), id, now).stream()).toList();
    if (found.size() < ids.size()) {
      return Optional.empty();
    }
    List<InputStream> contents = new ArrayList<>();
    for (FileRecord file : found) {
      contents.add(new FileContent(blobs, file, 0, file.bytes()).checked());
    }
    return Optional.of(new ResultLines(new SequenceInputStream(Collections.enumeration(contents))));
  }

  /**
   * Deletes a batch that has ended, with its files.
   *
   * @return whether there was one
   */
  boolean delete(Batch batch) throws IOException, InterruptedException {
    BatchOrder order = batch.order();
    for (String file : List.of(order.outputFile(), order.errorFile())) {
      files.delete(order.tenant(), file, clock.instant());
    }
    blobs.delete(order.inputBlob());
    return coordinator.forget(order.tenant(), order.id());
  }
}
