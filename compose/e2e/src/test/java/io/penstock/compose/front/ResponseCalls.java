package io.penstock.compose.front;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseItem;
import com.openai.models.responses.ResponseRetrieveParams;
import com.openai.models.responses.ResponseStreamEvent;
import com.openai.models.responses.ResponseTextDeltaEvent;
import com.openai.models.responses.inputitems.InputItemListParams;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** OpenAI's Java client as a user of the Responses API. */
public final class ResponseCalls implements AutoCloseable {

  private final OpenAIClient client;

  /**
   * @param url of an instance
   * @param retries how often the client tries again by itself
   */
  public ResponseCalls(String url, int retries) {
    this.client =
        OpenAIOkHttpClient.builder()
            .baseUrl(url + "/v1")
            .apiKey("none")
            .maxRetries(retries)
            .build();
  }

  public static ResponseCreateParams.Builder ask(String model) {
    return ResponseCreateParams.builder().model(model).input("Say hello.");
  }

  Response create(ResponseCreateParams params) {
    return client.responses().create(params);
  }

  Response retrieve(String id) {
    return client.responses().retrieve(id);
  }

  /** All items of a response's input, a page of one at a time. */
  List<ResponseItem> inputItems(String id, InputItemListParams.Order order) {
    return client
        .responses()
        .inputItems()
        .list(InputItemListParams.builder().responseId(id).order(order).limit(1).build())
        .autoPager()
        .stream()
        .toList();
  }

  Response cancel(String id) {
    return client.responses().cancel(id);
  }

  void delete(String id) {
    client.responses().delete(id);
  }

  /** Creates a response, and reads its events until so many pieces of text have come. */
  public Reading begin(ResponseCreateParams params, int pieces) {
    Reading reading = new Reading();
    try (StreamResponse<ResponseStreamEvent> stream = client.responses().createStreaming(params)) {
      reading.read(stream, pieces);
    }
    return reading;
  }

  /** Reads on where a reading was cut off, to the end. */
  public void resume(Reading reading) {
    try (StreamResponse<ResponseStreamEvent> stream =
        client
            .responses()
            .retrieveStreaming(
                ResponseRetrieveParams.builder()
                    .responseId(reading.id)
                    .startingAfter(reading.number)
                    .build())) {
      reading.read(stream, Integer.MAX_VALUE);
    }
  }

  /** Reads a response from its beginning to its end. */
  public Reading readAnew(String id) {
    Reading reading = new Reading();
    try (StreamResponse<ResponseStreamEvent> stream = client.responses().retrieveStreaming(id)) {
      reading.read(stream, Integer.MAX_VALUE);
    }
    return reading;
  }

  /** What has been read of a stream. */
  public static final class Reading {

    private final List<String> pieces = new CopyOnWriteArrayList<>();
    private String id = "";
    private long number;
    private boolean completed;
    private boolean incomplete;

    private void read(StreamResponse<ResponseStreamEvent> stream, int most) {
      Consumer<ResponseTextDeltaEvent> delta =
          piece -> {
            pieces.add(piece.delta());
            number = piece.sequenceNumber();
          };
      for (Iterator<ResponseStreamEvent> events = stream.stream().iterator();
          pieces.size() < most && events.hasNext(); ) {
        ResponseStreamEvent event = events.next();
        event.created().ifPresent(created -> id = created.response().id());
        event.outputTextDelta().ifPresent(delta);
        completed |= event.isCompleted();
        incomplete |= event.isIncomplete();
      }
    }

    public List<String> pieces() {
      return List.copyOf(pieces);
    }

    public String id() {
      return id;
    }

    public boolean isCompleted() {
      return completed;
    }

    /** Whether the answer ended at its limit of tokens. */
    public boolean isIncomplete() {
      return incomplete;
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
