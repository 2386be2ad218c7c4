#include "services/ideas/ranking/widest_paths.h"

#include <algorithm>
#include <cstring>

// Floyd and Warshall's algorithm with (max, min) for (min, +), in square tiles: for each tile of
// middle nodes first the tile itself, then its row and column, then all others, which is a product
// of tiles and nearly all of the work.
namespace votum::ranking {
namespace {

constexpr size_t kTile = 64;

#define VOTUM_INLINE inline __attribute__((always_inline))

// A tile within a matrix of `stride` columns.
template <typename T>
struct Tile {
  T* at;
  size_t stride;
  VOTUM_INLINE T* Row(size_t i) const { return at + i * stride; }
};

// c[i][j] = max(c[i][j], min(a[i][k], b[k][j])), k outermost: right also where c is a or b.
template <typename T>
VOTUM_INLINE void RelaxInPlace(Tile<T> c, Tile<T> a, Tile<T> b) {
  for (size_t k = 0; k < kTile; ++k) {
    const T* through = b.Row(k);
    for (size_t i = 0; i < kTile; ++i) {
      const T first = a.Row(i)[k];
      T* row = c.Row(i);
      for (size_t j = 0; j < kTile; ++j) row[j] = std::max(row[j], std::min(first, through[j]));
    }
  }
}

// The same where c is neither a nor b: kRows x kVectors vectors of c stay in registers over all k.
template <typename T, size_t kBytes, size_t kRows, size_t kVectors>
VOTUM_INLINE void RelaxOther(Tile<T> c, Tile<T> a, Tile<T> b) {
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

template <typename T, size_t kBytes, size_t kRows, size_t kVectors>
VOTUM_INLINE void AllTiles(T* matrix, size_t stride) {
  const size_t tiles = stride / kTile;
  auto tile = [&](size_t i, size_t j) {
    return Tile<T>{matrix + (i * stride + j) * kTile, stride};
  };
  for (size_t k = 0; k < tiles; ++k) {
    RelaxInPlace(tile(k, k), tile(k, k), tile(k, k));
    for (size_t i = 0; i < tiles; ++i) {
      if (i == k) continue;
      RelaxInPlace(tile(k, i), tile(k, k), tile(k, i));
      RelaxInPlace(tile(i, k), tile(i, k), tile(k, k));
    }
    for (size_t i = 0; i < tiles; ++i) {
      for (size_t j = 0; j < tiles; ++j) {
        if (i != k && j != k)
          RelaxOther<T, kBytes, kRows, kVectors>(tile(i, j), tile(i, k), tile(k, j));
      }
    }
  }
}

template <typename T>
void PortableTiles(T* matrix, size_t stride) {
  AllTiles<T, 16, 2, 4>(matrix, stride);
}
#if defined(__x86_64__)
template <typename T>
__attribute__((target("avx2"))) void Avx2Tiles(T* matrix, size_t stride) {
  AllTiles<T, 32, 4, 2>(matrix, stride);
}
template <typename T>
__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq"))) void Avx512Tiles(T* matrix,
                                                                               size_t stride) {
  AllTiles<T, 64, 8, 2>(matrix, stride);
}
#endif

template <typename T>
void RunTiles(Simd simd, T* matrix, size_t stride) {
#if defined(__x86_64__)
  if (simd == Simd::kAvx512) return Avx512Tiles(matrix, stride);
  if (simd == Simd::kAvx2) return Avx2Tiles(matrix, stride);
#endif
  PortableTiles(matrix, stride);
}

template <typename T>
void RunAs(size_t n, std::vector<uint32_t>& widths, Simd simd) {
  const size_t stride = (n + kTile - 1) / kTile * kTile;
  std::vector<T> matrix(stride * stride);
  for (size_t i = 0; i < n; ++i) {
    for (size_t j = 0; j < n; ++j) matrix[i * stride + j] = static_cast<T>(widths[i * n + j]);
  }
  RunTiles(simd, matrix.data(), stride);
  for (size_t i = 0; i < n; ++i) {
    for (size_t j = 0; j < n; ++j) widths[i * n + j] = i == j ? 0 : matrix[i * stride + j];
  }
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

void WidestPaths(size_t n, uint32_t max_width, std::vector<uint32_t>& widths, Simd simd) {
  if (n <= 24) return RunSmall(n, widths);
  // Half the bytes are twice the lanes.
  if (max_width <= 0xffff) return RunAs<uint16_t>(n, widths, simd);
  RunAs<uint32_t>(n, widths, simd);
}

}  // namespace votum::ranking
