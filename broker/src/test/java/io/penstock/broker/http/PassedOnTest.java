package io.penstock.broker.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.micronaut.http.HttpRequest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/** The answer of another instance keeps no connection that nobody reads. */
class PassedOnTest {

  private final List<String> happened = new ArrayList<>();
  private final Sinks.Many<byte[]> owner = Sinks.many().unicast().onBackpressureBuffer();
  private final PassedOn passedOn =
      new PassedOn(
          owner
              .asFlux()
              .doOnSubscribe(_ -> happened.add("read"))
              .doOnCancel(() -> happened.add("cancelled")));
  private final Flux<byte[]> body = passedOn.readBy(HttpRequest.GET("/"));

  @Test
  void isGivenUpIfTheCallerGoesBeforeItIsRead() {
    passedOn.gone();
    passedOn.gone();
    assertThat(happened).containsExactly("read", "cancelled");

    assertThat(body.collectList().block()).isEmpty();
    assertThat(happened).hasSize(2);
  }

  @Test
  void endsWithItsReaderOnceItIsRead() {
    List<byte[]> read = new ArrayList<>();
    var reader = body.subscribe(read::add);
    passedOn.gone();
    var _ = owner.tryEmitNext(new byte[] {1});
    assertThat(read).hasSize(1);
    assertThat(happened).containsExactly("read");

    reader.dispose();
    assertThat(happened).containsExactly("read", "cancelled");
  }
}
