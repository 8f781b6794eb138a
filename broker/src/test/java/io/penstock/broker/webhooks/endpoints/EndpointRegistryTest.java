package io.penstock.broker.webhooks.endpoints;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.penstock.broker.errors.ApiException;
import io.penstock.broker.home.Blocked;
import io.penstock.broker.home.FirstPartition;
import io.penstock.broker.home.HomeWrites;
import io.penstock.broker.home.OneHome;
import io.penstock.broker.home.StateChange;
import io.penstock.broker.home.StateEntry;
import io.penstock.broker.webhooks.WebhookSamples;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EndpointRegistryTest {

  private final EndpointDirectory directory = new EndpointDirectory();
  private final EndpointRegistry registry =
      new EndpointRegistry(
          new HomeWrites(new OneHome(), _ -> Optional.of(new Followed())), directory, 2);
  private final WebhookEndpoint endpoint =
      WebhookSamples.endpoint("whe_1", "acme", "https://one.example/");

  @Test
  void anEndpointThatIsDeletedWhileItIsChangedDoesNotComeBack() throws Exception {
    registry.add(endpoint);
    CountDownLatch changing = new CountDownLatch(1);
    Thread[] deleting = new Thread[1];

    registry.change(
        "acme",
        "whe_1",
        before -> {
          deleting[0] = Thread.ofPlatform().start(() -> delete(changing));
          Blocked.await(changing, deleting[0]);
          return before.withSecrets(before.secrets(), before.updatedAt().plusSeconds(1));
        });
    deleting[0].join();

    assertThat(directory.find("whe_1")).isEmpty();
  }

  @Test
  void anEndpointOfAnotherTenantIsNeitherChangedNorDeleted() throws Exception {
    registry.add(endpoint);

    assertThat(registry.change("other", "whe_1", before -> before)).isEmpty();
    assertThat(registry.remove("other", "whe_1")).isFalse();
    assertThat(registry.remove("acme", "whe_1")).isTrue();
    assertThat(registry.remove("acme", "whe_1")).isFalse();
  }

  @Test
  void aTenantHasRoomForSoManyEndpoints() throws Exception {
    registry.add(endpoint);
    registry.requireRoom("acme");
    registry.add(WebhookSamples.endpoint("whe_2", "acme", "https://two.example/"));

    assertThatExceptionOfType(ApiException.class).isThrownBy(() -> registry.requireRoom("acme"));
    registry.requireRoom("other");
  }

  private void delete(CountDownLatch changing) {
    changing.countDown();
    try {
      boolean _ = registry.remove("acme", "whe_1");
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whatever is written is followed at once. */
  private final class Followed extends FirstPartition {

    @Override
    public CompletableFuture<Void> write(List<StateChange> changes) {
      for (StateChange change : changes) {
        switch (change) {
          case StateChange.Put(StateEntry entry) ->
              directory.entry(entry.kind(), entry.id(), entry.document());
          case StateChange.Remove(String kind, String id) -> directory.entry(kind, id, null);
        }
      }
      return CompletableFuture.completedFuture(null);
    }
  }
}
