package io.penstock.broker.ownership;

import io.penstock.broker.home.Homes;
import io.penstock.broker.home.LineIds;
import io.penstock.broker.home.NoHomeException;
import io.penstock.broker.home.StateWriter;
import io.penstock.schemas.topics.HomePartitions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The partitions of this instance, as everybody may ask for them. */
public final class OwnedHomes implements Homes {

  private static final int ID_BYTES = 16;

  private record Owned(State state, long taking, Optional<StateWriter> writer) {}

  private final int count;
  private final SecureRandom random = new SecureRandom();
  private final Map<Integer, Owned> owned = new ConcurrentHashMap<>();

  public OwnedHomes(int count) {
    this.count = count;
  }

  @Override
  public int count() {
    return count;
  }

  @Override
  public int of(String idOrReplyKey) {
    return HomePartitions.of(LineIds.homeKey(idOrReplyKey), count);
  }

  @Override
  public State state(int partition) {
    Owned known = owned.get(partition);
    return known == null ? State.ELSEWHERE : known.state;
  }

  @Override
  public List<Integer> open() {
    return owned.entrySet().stream()
        .filter(each -> each.getValue().state == State.OPEN)
        .map(Map.Entry::getKey)
        .sorted()
        .toList();
  }

  /** Who writes to an open partition. */
  public Optional<StateWriter> writer(int partition) {
    Owned known = owned.get(partition);
    return known == null ? Optional.empty() : known.writer;
  }

  /** Each try meets an own partition with the share that this instance has of all. */
  @Override
  public String newId(String prefix) {
    while (true) {
      if (open().isEmpty()) {
        throw new NoHomeException();
      }
      byte[] bits = new byte[ID_BYTES];
      random.nextBytes(bits);
      String id = prefix + HexFormat.of().formatHex(bits);
      if (state(of(id)) == State.OPEN) {
        return id;
      }
    }
  }

  /**
   * A partition is being taken over.
   *
   * @param taking tells this take-over from earlier and later ones
   */
  void opening(int partition, long taking) {
    owned.put(partition, new Owned(State.OPENING, taking, Optional.empty()));
  }

  /**
   * The take-over of a partition has ended well.
   *
   * @return false if that take-over was given up meanwhile; nothing changes then
   */
  boolean open(int partition, long taking, StateWriter writer) {
    Owned open = new Owned(State.OPEN, taking, Optional.of(writer));
    return open.equals(
        owned.computeIfPresent(partition, (_, known) -> known.taking == taking ? open : known));
  }

  void elsewhere(int partition) {
    owned.remove(partition);
  }
}
