#include "ranking/widest_paths.h"

#include <algorithm>
#include <barrier>
#include <cstring>
#include <thread>

// Floyd and Warshall's algorithm with (max, min) for (min, +), in square tiles: for each tile of
// middle nodes first the tile itself, then its row and column, then all others, which is a product
// of tiles and nearly all of the work.
namespace votum::ranking {
namespace {

constexpr size_t kTile = 64;
// The approximate number of rows of tiles that makes another thread worthwhile.
constexpr size_t kTilesForAThread = 4;

#define VOTUM_INLINE inline __attribute__((always_inline))

constexpr size_t kCells = kTile * kTile;

template <typename T>
struct Tile {
  T* at;
  VOTUM_INLINE T* Row(size_t i) const { return at + i * kTile; }
};

// All widest paths within a tile.
template <typename T>
VOTUM_INLINE void CloseTile(Tile<T> c) {
  for (size_t k = 0; k < kTile; ++k) {
    const T* through = c.Row(k);
    for (size_t i = 0; i < kTile; ++i) {
      const T first = c.Row(i)[k];
      T* row = c.Row(i);
      for (size_t j = 0; j < kTile; ++j) row[j] = std::max(row[j], std::min(first, through[j]));
    }
  }
}

// c[i][j] = max(c[i][j], min(a[i][k], b[k][j])) for all k; kRows x kVectors vectors of c stay in
// registers meanwhile. c may be a or b: cells that are updated early only describe wider paths that
// exist.
template <typename T, size_t kBytes, size_t kRows, size_t kVectors>
VOTUM_INLINE void Relax(Tile<T> c, Tile<T> a, Tile<T> b) {
  typedef T Vector __attribute__((vector_size(kBytes)));
  constexpr size_t kLanes = kBytes / sizeof(T);
  for (size_t i = 0; i < kTile; i += kRows) {
    for (size_t j = 0; j < kTile; j += kVectors * kLanes) {
      Vector sums[kRows][kVectors];
      for (size_t r = 0; r < kRows; ++r) {
        for (size_t v = 0; v < kVectors; ++v)
          std::memcpy(&sums[r][v], c.Row(i + r) + j + v * kLanes, kBytes);
      }
      for (size_t k = 0; k < kTile; ++k) {
        Vector through[kVectors];
        for (size_t v = 0; v < kVectors; ++v)
          std::memcpy(&through[v], b.Row(k) + j + v * kLanes, kBytes);
        for (size_t r = 0; r < kRows; ++r) {
          const Vector first = a.Row(i + r)[k] - Vector{};
          for (size_t v = 0; v < kVectors; ++v) {
            const Vector least = first < through[v] ? first : through[v];
            sums[r][v] = least > sums[r][v] ? least : sums[r][v];
          }
        }
      }
      for (size_t r = 0; r < kRows; ++r) {
        for (size_t v = 0; v < kVectors; ++v)
          std::memcpy(c.Row(i + r) + j + v * kLanes, &sums[r][v], kBytes);
      }
    }
  }
}

// The rows of tiles of one thread: every `threads`-th from `thread` on. All threads take the same
// steps; no step begins before all have ended the one before it.
struct Share {
  size_t thread;
  size_t threads;
  std::barrier<>* step;
};

template <typename T, size_t kBytes, size_t kRows, size_t kVectors>
VOTUM_INLINE void AllTiles(T* cells, size_t tiles, Share share) {
  auto tile = [&](size_t i, size_t j) { return Tile<T>{cells + (i * tiles + j) * kCells}; };
  for (size_t k = 0; k < tiles; ++k) {
    if (k % share.threads == share.thread) CloseTile(tile(k, k));
    share.step->arrive_and_wait();
    // One product each suffices for the row and the column, because the tile is closed.
    for (size_t i = share.thread; i < tiles; i += share.threads) {
      if (i == k) continue;
      Relax<T, kBytes, kRows, kVectors>(tile(k, i), tile(k, k), tile(k, i));
      Relax<T, kBytes, kRows, kVectors>(tile(i, k), tile(i, k), tile(k, k));
    }
    share.step->arrive_and_wait();
    for (size_t i = share.thread; i < tiles; i += share.threads) {
      for (size_t j = 0; j < tiles; ++j) {
        if (i != k && j != k) Relax<T, kBytes, kRows, kVectors>(tile(i, j), tile(i, k), tile(k, j));
      }
    }
    share.step->arrive_and_wait();
  }
}

template <typename T>
void PortableTiles(T* cells, size_t tiles, Share share) {
  AllTiles<T, 16, 2, 4>(cells, tiles, share);
}
#if defined(__x86_64__)
template <typename T>
__attribute__((target("avx2"))) void Avx2Tiles(T* cells, size_t tiles, Share share) {
  AllTiles<T, 32, 4, 2>(cells, tiles, share);
}
template <typename T>
__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq"))) void Avx512Tiles(T* cells,
                                                                               size_t tiles,
                                                                               Share share) {
  AllTiles<T, 64, 8, 2>(cells, tiles, share);
}
#endif

template <typename T>
void RunShare(Simd simd, T* cells, size_t tiles, Share share) {
#if defined(__x86_64__)
  if (simd == Simd::kAvx512) return Avx512Tiles(cells, tiles, share);
  if (simd == Simd::kAvx2) return Avx2Tiles(cells, tiles, share);
#endif
  PortableTiles(cells, tiles, share);
}

template <typename T>
void RunTiles(Simd simd, T* cells, size_t tiles, size_t threads) {
  threads = std::clamp<size_t>(threads, 1, tiles / kTilesForAThread + 1);
  std::barrier<> step(static_cast<std::ptrdiff_t>(threads));
  std::vector<std::thread> others;
  for (size_t i = 1; i < threads; ++i)
    others.emplace_back([&, i] { RunShare(simd, cells, tiles, {i, threads, &step}); });
  RunShare(simd, cells, tiles, {0, threads, &step});
  for (std::thread& other : others) other.join();
}

template <typename T>
void RunAs(size_t n, std::vector<uint32_t>& widths, size_t threads, Simd simd) {
  const size_t tiles = (n + kTile - 1) / kTile;
  std::vector<T> cells(tiles * tiles * kCells);
  auto each_row = [&](auto&& f) {
    for (size_t i = 0; i < n; ++i) {
      for (size_t j = 0; j < n; j += kTile) {
        f(&widths[i * n + j], &cells[(i / kTile * tiles + j / kTile) * kCells + i % kTile * kTile],
          std::min(kTile, n - j));
      }
    }
  };
  each_row([](const uint32_t* from, T* to, size_t count) {
    for (size_t j = 0; j < count; ++j) to[j] = static_cast<T>(from[j]);
  });
  RunTiles(simd, cells.data(), tiles, threads);
  each_row([](uint32_t* to, const T* from, size_t count) { std::copy(from, from + count, to); });
  for (size_t i = 0; i < n; ++i) widths[i * n + i] = 0;
}

// Without tiles, for matrices that would hardly fill one.
void RunSmall(size_t n, std::vector<uint32_t>& widths) {
  for (size_t k = 0; k < n; ++k) {
    const uint32_t* through = &widths[k * n];
    for (size_t i = 0; i < n; ++i) {
      const uint32_t first = widths[i * n + k];
      if (first == 0) continue;
      uint32_t* row = &widths[i * n];
      for (size_t j = 0; j < n; ++j) row[j] = std::max(row[j], std::min(first, through[j]));
    }
  }
  for (size_t i = 0; i < n; ++i) widths[i * n + i] = 0;
}

}  // namespace

void WidestPaths(size_t n, uint32_t max_width, std::vector<uint32_t>& widths, size_t threads,
                 Simd simd) {
  if (n <= 24) return RunSmall(n, widths);
  // Half the bytes give twice the lanes.
  if (max_width <= 0xffff) return RunAs<uint16_t>(n, widths, threads, simd);
  RunAs<uint32_t>(n, widths, threads, simd);
}

}  // namespace votum::ranking
