package io.penstock.streams.dispatch.topology;

import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.CompressionType;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.WriteBufferManager;

/**
 * Keeps all state stores of the process within one memory budget: by default each would take up to
 * 100 MB. The index in memory answers who is next; the stores only look up ids.
 */
public final class BoundedRocksDb implements RocksDBConfigSetter {

  private static final long MEGABYTE = 1024 * 1024;

  private static final Cache CACHE = new LRUCache(64 * MEGABYTE);
  private static final WriteBufferManager WRITE_BUFFERS =
      new WriteBufferManager(32 * MEGABYTE, CACHE);

  @Override
  public void setConfig(String storeName, Options options, Map<String, Object> configs) {
    BlockBasedTableConfig table = (BlockBasedTableConfig) options.tableFormatConfig();
    table.setBlockCache(CACHE);
    table.setCacheIndexAndFilterBlocks(true);
    table.setFilterPolicy(new BloomFilter(10));
    options.setTableFormatConfig(table);
    options.setWriteBufferManager(WRITE_BUFFERS);
    options.setWriteBufferSize(8 * MEGABYTE);
    options.setMaxWriteBufferNumber(2);
    options.setCompressionType(CompressionType.LZ4_COMPRESSION);
  }

  @Override
  public void close(String storeName, Options options) {
    // The cache and the write buffers are shared by all stores for the life of the process.
  }
}
