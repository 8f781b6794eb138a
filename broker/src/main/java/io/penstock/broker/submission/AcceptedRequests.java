package io.penstock.broker.submission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.broker.home.Home;
import io.penstock.broker.home.Homes;
import io.penstock.broker.home.PartitionListener;
import io.penstock.broker.home.ResultRecord;
import io.penstock.broker.home.StateWriter;
import io.penstock.broker.requests.KnownRequest;
import io.penstock.broker.requests.RecentRequests;
import io.penstock.broker.requests.RequestLookup;
import io.penstock.schemas.RequestState;
import io.penstock.schemas.ServiceClass;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/**
 * Requests whose ids were told before their results came. The jobs may take long to write the first
 * state of a request, and until then nothing but its note tells another instance that it exists.
 * The note goes when the result comes. Safe for use by many threads; no method waits.
 */
public final class AcceptedRequests implements PartitionListener, RequestLookup {

  static final String KIND = "accepted-request";

  private final Homes homes;
  private final RecentRequests recent;
  private final HomeNotes<Accepted> notes;

  private record Accepted(ServiceClass serviceClass, String model, Instant at) {}

  private static final class AcceptedFormat implements HomeNotes.Format<Accepted> {

    @Override
    public void write(Accepted note, ObjectNode json) {
      json.put("class", note.serviceClass.name()).put("model", note.model);
    }

    @Override
    public Accepted read(JsonNode json) {
      return new Accepted(
          ServiceClass.valueOf(json.path("class").asText()),
          json.path("model").asText(),
          Instant.ofEpochMilli(json.path("at").asLong()));
    }
  }

  /**
   * @param recent what is known of those whose results came
   * @param longest the time after which any request has a result
   * @param most notes in each home, 1 or more
   */
  public AcceptedRequests(Homes homes, RecentRequests recent, Duration longest, int most) {
    this.homes = homes;
    this.recent = recent;
    this.notes = new HomeNotes<>(KIND, most, longest, new AcceptedFormat());
  }

  /** Notes a request of this kind before it is sent. */
  public Recording recording(JudgedRequest judged, Instant now) {
    String tenant = judged.call().caller().tenant();
    Accepted note = new Accepted(judged.serviceClass(), judged.facts().model(), now);
    return new Recording() {

      @Override
      public CompletableFuture<Void> write(String id) {
        return notes.add(homes.of(id), tenant, id, note, now);
      }

      @Override
      public void undo(String id) {
        notes.remove(homes.of(id), tenant, id);
      }
    };
  }

  /**
   * Notes a request that was sent and has no result yet.
   *
   * @return completed once it lasts, as {@link StateWriter#write} says
   */
  public CompletableFuture<Void> note(KnownRequest sent) {
    if (sent.serviceClass().isEmpty() || sent.model().isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    int home = homes.of(sent.id());
    Instant at = sent.submittedAt().orElse(sent.changedAt());
    Accepted note = new Accepted(sent.serviceClass().get(), sent.model().get(), at);
    CompletableFuture<Void> noted = notes.add(home, sent.tenant(), sent.id(), note, at);
    // Its result may have come in the meantime, and comes no second time.
    if (recent.find(home, sent.tenant(), sent.id()).filter(KnownRequest::isFinished).isPresent()) {
      notes.remove(home, sent.tenant(), sent.id());
    }
    return noted;
  }

  /** A request that was accepted, and of which nothing else is known. */
  @Override
  public Optional<KnownRequest> find(String tenant, String id) {
    return notes
        .find(homes.of(id), tenant, id)
        .map(
            note ->
                new KnownRequest(
                    tenant,
                    id,
                    RequestState.ACCEPTED,
                    Optional.of(note.serviceClass),
                    Optional.of(note.model),
                    0,
                    Optional.empty(),
                    Optional.of(note.at),
                    note.at,
                    Optional.empty(),
                    Optional.empty()));
  }

  /** Forgets those that must have ended. */
  public void sweep(Instant now) {
    notes.sweep(now);
  }

  @Override
  public OptionalLong taken(Home home) {
    notes.taken(home);
    return OptionalLong.empty();
  }

  @Override
  public void result(ResultRecord record) {
    notes.remove(record.partition(), record.result().getTenant(), record.result().getId());
  }

  @Override
  public void lost(int partition) {
    notes.lost(partition);
  }
}
