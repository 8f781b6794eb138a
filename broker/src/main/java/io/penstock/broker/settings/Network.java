package io.penstock.broker.settings;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/**
 * A range of IP addresses in CIDR notation, such as {@code 10.0.0.0/8} or {@code fd00::/8}.
 *
 * @param address an address of the range
 * @param prefix how many of its leading bits all addresses of the range share
 */
public record Network(InetAddress address, int prefix) {

  private static final Pattern LITERAL =
      Pattern.compile("[0-9]+\\.[0-9]+\\.[0-9]+\\.[0-9]+|[0-9a-fA-F:]*:[0-9a-fA-F:.]*");

  public Network {
    int bits = address.getAddress().length * Byte.SIZE;
    if (prefix < 0 || prefix > bits) {
      throw new IllegalArgumentException(
          "the prefix length is %d; it must be from 0 to %d".formatted(prefix, bits));
    }
  }

  /**
   * Reads a range; an address alone is a range of one.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static Network of(String text) {
    String[] parts = text.strip().split("/", 2);
    if (!LITERAL.matcher(parts[0]).matches()) {
      throw new IllegalArgumentException(fault(text));
    }
    try {
      InetAddress address = InetAddress.getByName(parts[0]);
      int prefix =
          parts.length == 1
              ? address.getAddress().length * Byte.SIZE
              : Integer.parseInt(parts[1], 10);
      return new Network(address, prefix);
    } catch (UnknownHostException | NumberFormatException malformed) {
      throw new IllegalArgumentException(fault(text), malformed);
    }
  }

  private static String fault(String text) {
    return "'%s' is no network; give one such as 10.0.0.0/8 or fd00::/8".formatted(text);
  }

  /** Whether an address lies in the range. */
  public boolean contains(InetAddress other) {
    byte[] mine = address.getAddress();
    byte[] theirs = other.getAddress();
    if (mine.length != theirs.length) {
      return false;
    }
    int whole = prefix / Byte.SIZE;
    for (int at = 0; at < whole; at++) {
      if (mine[at] != theirs[at]) {
        return false;
      }
    }
    int rest = prefix % Byte.SIZE;
    int mask = 0xff << (Byte.SIZE - rest) & 0xff;
    return rest == 0 || (mine[whole] & mask) == (theirs[whole] & mask);
  }
}
