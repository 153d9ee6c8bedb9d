#pragma once

#include <cstddef>
#include <memory_resource>
#include <new>
#include <span>
#include <type_traits>

namespace syncline::expression {

// A growing list in the memory of an evaluation. Its elements outlive it: they go when the
// evaluation is reset. One thread.
template <typename T>
class ArenaList {
  static_assert(std::is_trivially_destructible_v<T>);

 public:
  explicit ArenaList(std::pmr::memory_resource* memory, std::size_t capacity = 0)
      : memory_(memory) {
    if (capacity > 0) Grow(capacity);
  }

  void Push(const T& element) {
    if (size_ == capacity_) Grow(capacity_ < 8 ? 8 : capacity_ * 2);
    new (elements_ + size_++) T(element);
  }
  std::span<T> elements() { return {elements_, size_}; }
  std::size_t size() const { return size_; }

 private:
  void Grow(std::size_t capacity) {
    auto* larger = static_cast<T*>(memory_->allocate(capacity * sizeof(T), alignof(T)));
    for (std::size_t i = 0; i < size_; ++i) new (larger + i) T(elements_[i]);
    elements_ = larger;
    capacity_ = capacity;
  }

  std::pmr::memory_resource* memory_;
  T* elements_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace syncline::expression
