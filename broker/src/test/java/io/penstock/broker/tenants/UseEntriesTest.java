package io.penstock.broker.tenants;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.broker.home.FirstPartition;
import io.penstock.broker.home.Home;
import io.penstock.broker.home.StateChange;
import io.penstock.broker.home.StateEntry;
import io.penstock.schemas.ServiceClass;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UseEntriesTest {

  private static final Instant NOW = Instant.parse("2026-11-30T12:00:00Z");

  private final UseEntries uses = new UseEntries();
  private final ApiKeys keys = new ApiKeys();
  private final Log log = new Log();

  @Test
  void aUseIsWrittenToAPartitionOfThisInstanceAndNowhereIfItHasNone() {
    uses.used("key_1", NOW);
    assertThat(log.written).isEmpty();

    take(KeyDocument.use("key_1", NOW));
    uses.used("key_1", NOW.plusSeconds(1));

    assertThat(log.written).containsExactly("put api-key-use/key_1");
  }

  @Test
  void theLatestUseOfAKeyStays() {
    keys.replace(List.of(key("key_1")));
    keys.used("key_1", NOW);
    take(KeyDocument.use("key_1", NOW));

    uses.sweep(keys);

    assertThat(log.written).isEmpty();
  }

  @Test
  void aUseOfAKeyThatIsGoneIsRemovedOnce() {
    keys.replace(List.of());
    take(KeyDocument.use("key_1", NOW));

    uses.sweep(keys);
    uses.sweep(keys);

    assertThat(log.written).containsExactly("remove api-key-use/key_1");
  }

  @Test
  void aUseBeforeOneThatAnotherPartitionHasIsRemoved() {
    keys.replace(List.of(key("key_1")));
    keys.used("key_1", NOW.plusSeconds(1));
    take(KeyDocument.use("key_1", NOW));

    uses.sweep(keys);

    assertThat(log.written).containsExactly("remove api-key-use/key_1");
  }

  @Test
  void nothingIsWrittenToAPartitionThatWasLost() {
    take(KeyDocument.use("key_1", NOW));
    uses.lost(0);

    uses.used("key_1", NOW.plusSeconds(1));
    uses.sweep(keys);

    assertThat(log.written).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"at\":\"yesterday\"}", "{}", "no JSON"})
  void aDamagedEntryIsSkippedAndTheOthersCount(String damaged) {
    keys.replace(List.of());
    take(
        new StateEntry(KeyDocument.USE, "key_2", damaged.getBytes(StandardCharsets.UTF_8)),
        KeyDocument.use("key_1", NOW));

    uses.sweep(keys);

    assertThat(log.written).containsExactly("remove api-key-use/key_1");
  }

  private void take(StateEntry... entries) {
    uses.taken(new Home(0, List.of(entries), log));
  }

  private static ApiKey key(String id) {
    return new ApiKey(
        id,
        id,
        Role.TENANT,
        KeySecret.hash(id),
        "t",
        ServiceClass.STANDARD,
        KeyLimits.NONE,
        NOW,
        Optional.empty());
  }

  private static final class Log extends FirstPartition {

    private final List<String> written = new ArrayList<>();

    @Override
    public CompletableFuture<Void> write(List<StateChange> changes) {
      for (StateChange each : changes) {
        written.add((each instanceof StateChange.Put ? "put " : "remove ") + each.key());
      }
      return CompletableFuture.completedFuture(null);
    }
  }
}
