package io.penstock.compose.cli;

import io.penstock.compose.http.FrontCall;
import io.penstock.compose.http.FrontClient;
import io.penstock.compose.http.FrontException;
import io.penstock.schemas.text.Printable;
import java.util.List;

/** Tells a person who waits what the front says the first request waits for, when that changes. */
final class FrontWaitingNotes implements Submission.Waiting {

  private final FrontClient client;
  private final Console console;
  private String told = "";

  FrontWaitingNotes(FrontClient client, Console console) {
    this.client = client;
    this.console = console;
  }

  @Override
  public void on(List<Submission.Unanswered> unanswered) {
    if (unanswered.isEmpty()) {
      return;
    }
    String id = unanswered.getFirst().id();
    try {
      client
          .answer(FrontCall.get("/v1/requests/" + FrontPages.encoded(id)))
          .object()
          .map(status -> status.path("waiting").path("reason").asText())
          .filter(reason -> !reason.isEmpty() && !reason.equals(told))
          .ifPresent(
              reason -> {
                told = reason;
                console.note(Printable.of("request %s waits: %s".formatted(id, reason)));
              });
    } catch (FrontException unreachable) {
      // Whoever waits for the answer says so.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
