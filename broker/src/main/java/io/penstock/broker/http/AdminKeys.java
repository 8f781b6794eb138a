package io.penstock.broker.http;

import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import io.penstock.broker.home.HomeLostException;
import io.penstock.broker.home.Homes;
import io.penstock.broker.home.NoHomeException;
import io.penstock.broker.home.StateChange;
import io.penstock.broker.home.StateWriter;
import io.penstock.broker.tenants.ApiKey;
import io.penstock.broker.tenants.ApiKeys;
import io.penstock.broker.tenants.KeyDocument;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes API keys, each at its home. Safe for use by many threads. */
public final class AdminKeys {

  private static final Logger LOG = LoggerFactory.getLogger(AdminKeys.class);
  private static final String PREFIX = "key_";
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration LOOK = Duration.ofMillis(5);

  private final Homes homes;
  private final IntFunction<Optional<StateWriter>> writers;
  private final Supplier<ApiKeys> keys;

  /**
   * @param writers writes to a partition, if it is open here
   * @param keys as they are followed
   */
  public AdminKeys(
      Homes homes, IntFunction<Optional<StateWriter>> writers, Supplier<ApiKeys> keys) {
    this.homes = homes;
    this.writers = writers;
    this.keys = keys;
  }

  ApiKeys keys() {
    return keys.get();
  }

  /** A new id, at home here. */
  String newId() {
    try {
      return homes.newId(PREFIX);
    } catch (NoHomeException notYet) {
      throw notNow();
    }
  }

  /** Keeps a key, and returns when this instance knows it. */
  void put(ApiKey key) throws InterruptedException {
    write(key.id(), new StateChange.Put(KeyDocument.write(key)));
    await(() -> keys.get().byId(key.id()).isPresent());
  }

  /** Removes a key, and returns when this instance refuses it. */
  void remove(String id) throws InterruptedException {
    write(id, new StateChange.Remove(KeyDocument.KIND, id));
    await(() -> keys.get().byId(id).isEmpty());
  }

  private void write(String id, StateChange change) {
    StateWriter writer = writers.apply(homes.of(id)).orElseThrow(AdminKeys::notNow);
    try {
      writer.write(List.of(change)).join();
    } catch (CompletionException failed) {
      if (failed.getCause() instanceof HomeLostException) {
        throw notNow();
      }
      throw failed;
    }
  }

  private static ApiException notNow() {
    return new ApiException(
        ApiError.unavailable("Keys cannot be written now; try again in a moment.", LOOK));
  }

  /** The follower of the topic knows it within milliseconds, and other instances do as well. */
  private static void await(BooleanSupplier known) throws InterruptedException {
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (!known.getAsBoolean() && System.nanoTime() - until < 0) {
      Thread.sleep(LOOK);
    }
  }

  /** Notes at a home of this instance when a key was used; it does not matter if that fails. */
  public void used(String id, Instant at) {
    homes.open().stream()
        .findFirst()
        .flatMap(writers::apply)
        .ifPresent(
            writer -> {
              var _ =
                  writer
                      .write(List.of(new StateChange.Put(KeyDocument.use(id, at))))
                      .exceptionally(
                          failed -> {
                            LOG.debug("The use of a key was not written down", failed);
                            return null;
                          });
            });
  }
}
