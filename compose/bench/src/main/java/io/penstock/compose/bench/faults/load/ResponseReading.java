package io.penstock.compose.bench.faults.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a reader has of one streamed response, over all the connections by which it has read it.
 * Each connection goes on after the last event of the one before. For use by one thread at a time.
 */
public final class ResponseReading {

  /** Errors after which a reader begins anew rather than wait for the same text again. */
  private static final int PATIENT_TIMES = 5;

  private static final String DATA = "data: ";
  private static final Set<String> ENDS = Set.of("response.completed", "response.incomplete");
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Holds what is read to what the front promises. It throws if a promise is broken. */
  public interface Judgement {

    /** Judges an event before it is taken. */
    void event(ResponseReading reading, String type, JsonNode event);

    /**
     * Judges an error.
     *
     * @return whether it may mean that the attempt is lost whose text was read
     */
    boolean error(ResponseReading reading, JsonNode error);
  }

  /** A piece of text and the number of its event. */
  public record Piece(long number, String text) {}

  private final String name;
  private final Judgement judgement;
  private final List<Piece> pieces = new ArrayList<>();
  private String id = "";
  private long last = -1;
  private int legs;
  private int interruptions;
  private boolean ended;

  /**
   * @param name tells it from others in messages
   */
  public ResponseReading(String name, Judgement judgement) {
    this.name = name;
    this.judgement = judgement;
  }

  /** Returns what the lines of an event stream carry. */
  public static Stream<String> data(Stream<String> lines) {
    return lines.filter(line -> line.startsWith(DATA)).map(line -> line.substring(DATA.length()));
  }

  /** Reads what one connection brings. */
  public void read(Stream<String> lines) throws IOException {
    read(lines, Integer.MAX_VALUE);
  }

  /**
   * Reads what one connection brings, or the first events of it.
   *
   * @param most how many events
   */
  public void read(Stream<String> lines, int most) throws IOException {
    legs++;
    Iterator<String> data = data(lines).iterator();
    for (int count = 0; count < most && !ended && data.hasNext(); count++) {
      take(JSON.readTree(data.next()));
    }
  }

  private void take(JsonNode event) {
    String type = event.path("type").asText();
    if (type.equals("error")) {
      if (judgement.error(this, event)) {
        interrupted();
      }
      return;
    }
    judgement.event(this, type, event);
    last = number(event);
    if (type.equals("response.output_text.delta")) {
      pieces.add(new Piece(last, event.path("delta").asText()));
    }
    ended = ENDS.contains(type);
  }

  /**
   * Another attempt may give the same text, in which case the reader goes on. If it is interrupted
   * again and again, it begins anew.
   */
  private void interrupted() {
    interruptions++;
    if (interruptions % PATIENT_TIMES == 0) {
      pieces.clear();
      last = -1;
    }
  }

  /** The number of an event, or -1 if it has none. */
  public static long number(JsonNode event) {
    return event.path("sequence_number").asLong(-1);
  }

  public String name() {
    return name;
  }

  /** The id of the response, or empty as long as no answer has named it. */
  public String id() {
    return id;
  }

  /** An answer has named the response. */
  public void identify(String response) {
    id = response;
  }

  /** The path by which the next connection goes on. */
  public String path() {
    String path = "/v1/responses/" + id + "?stream=true";
    return last < 0 ? path : path + "&starting_after=" + last;
  }

  /** The number of the last event that was taken, or -1 if there is none. */
  public long last() {
    return last;
  }

  /** All pieces of text so far. */
  public List<Piece> pieces() {
    return List.copyOf(pieces);
  }

  public String text() {
    return String.join("", pieces.stream().map(Piece::text).toList());
  }

  /** How many connections have brought a part of it. */
  public int legs() {
    return legs;
  }

  /** How often the attempt that it read may have been lost. */
  public int interruptions() {
    return interruptions;
  }

  /** Whether the response was read to its end. */
  public boolean isEnded() {
    return ended;
  }
}
