package io.penstock.broker.connections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.broker.errors.ApiException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class UploadPlacesTest {

  private static final Duration SHORT = Duration.ofMillis(20);

  @Test
  void oneTenantHasHalfOfThePlacesAndAllTogetherHaveAll() throws Exception {
    UploadPlaces places = new UploadPlaces(4, SHORT);
    UploadPlaces.Place first = places.take("a");
    places.take("a");
    assertThatThrownBy(() -> places.take("a"))
        .isInstanceOfSatisfying(
            ApiException.class,
            refused -> {
              assertThat(refused.error().status()).isEqualTo(503);
              assertThat(refused.error().headers()).containsEntry("retry-after", "5");
            });
    places.take("b");
    places.take("c");
    assertThatThrownBy(() -> places.take("d")).isInstanceOf(ApiException.class);

    first.close();
    places.take("d").close();
    places.take("a").close();
    assertThat(new UploadPlaces(1, SHORT).take("a")).isNotNull();
  }

  @Test
  void whoeverWaitsGetsThePlaceThatIsGivenBack() throws Exception {
    UploadPlaces places = new UploadPlaces(1, Duration.ofSeconds(50));
    UploadPlaces.Place first = places.take("a");
    CompletableFuture<Boolean> second = new CompletableFuture<>();
    Thread waiting =
        Thread.ofVirtual()
            .start(
                () -> {
                  try (UploadPlaces.Place _ = places.take("b")) {
                    second.complete(true);
                  } catch (InterruptedException stopped) {
                    second.completeExceptionally(stopped);
                  }
                });
    while (waiting.getState() != Thread.State.TIMED_WAITING) {
      Thread.sleep(1);
    }
    assertThat(second).isNotDone();
    first.close();
    assertThat(second.get()).isTrue();
  }
}
