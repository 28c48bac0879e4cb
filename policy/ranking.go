package policy

import (
	"slices"

	"sallyport/netstack"
)

// ranking is a list of which the first that wants a packet gets it.
type ranking struct {
	regions []region // what each of the list wants
	when    []uint16 // at which times, see Rule.When; nil: all of it always
	rows    []extent // all extents of all regions
	*index
}

func newRanking(regions []region) *ranking {
	k, b := &ranking{regions: regions}, newIndexBuilder()
	for i, r := range regions {
		for _, e := range r {
			k.rows = append(k.rows, e)
			b.add(e, uint32(i))
		}
	}
	k.index = b.index()
	return k
}

// ranked is newRanking of rules.
func ranked(rules []Rule, regions []region) *ranking {
	k := newRanking(regions)
	for _, r := range rules {
		k.when = append(k.when, r.When)
	}
	return k
}

// What is spent on one of a list: extents that are taken from each other, and,
// cheaper, that are compared.
const (
	maxTaken    = 500
	maxCompared = 5000
)

// taker returns the row that takes the packet p of what is left, and at least
// all else of it that the row wants; none if there is none.
type taker func(p *[lookups]netstack.Addr, left region) int

// cover returns who takes everything that i wants; nil if something is left, or
// if it would take long to find out. It asks about one packet, takes away all
// that the taker of that one wants, and so on.
func (k *ranking) cover(i int, take taker) (by []int) {
	left := k.regions[i]
	for taken := 0; len(left) > 0; taken += len(left) {
		p := left[0].some()
		row := take(&p, left)
		if row == none || taken > maxTaken {
			return nil
		}
		by = append(by, int(k.condition[row]))
		left = left.minus(&k.rows[row])
	}
	slices.Sort(by)
	return slices.Compact(by)
}

// shadows returns who before i takes all that it wants: one alone, if one does.
func (k *ranking) shadows(i int) []int {
	by := k.cover(i, func(p *[lookups]netstack.Addr, _ region) int {
		for row := range k.wanting(p) {
			switch j := int(k.condition[row]); {
			case j >= i:
				return none
			case k.holds(j, i):
				return row
			}
		}
		return none
	})
	for _, j := range by {
		if k.covers(j, i) {
			return []int{j}
		}
	}
	return by
}

// holds reports whether j is there whenever i is.
func (k *ranking) holds(j, i int) bool {
	return k.when == nil || k.when[j] == 0 || k.when[j] == k.when[i]
}

// covers reports whether j wants all that i does.
func (k *ranking) covers(j, i int) bool {
	left := k.regions[i]
	for n := range k.regions[j] {
		left = left.minus(&k.regions[j][n])
	}
	return len(left) == 0
}

// heirs returns who after i would do the same as it with all that it gets;
// effects says who does the same. Those that go themselves inherit nothing, so
// that i can go alone or with all of them.
func (k *ranking) heirs(i int, goes []bool, effects []int) (heirs []int) {
	by := k.cover(i, func(p *[lookups]netstack.Addr, left region) int {
		for row := range k.wanting(p) {
			switch j := int(k.condition[row]); {
			case j < i && k.holds(j, i):
				return row
			case j < i:
			case effects[j] != effects[i]:
				return none
			case j == i || goes[j] || !k.holds(j, i):
			case k.disputed(left, row, effects, i):
				return none
			default:
				return row
			}
		}
		return none
	})
	for _, j := range by {
		if j > i {
			heirs = append(heirs, j)
		}
	}
	return heirs
}

// disputed reports whether somebody between i and the row does otherwise with
// some of what is left and the row wants, or that would take long to find out.
func (k *ranking) disputed(left region, row int, effects []int, i int) bool {
	common, compared := left.and(&k.rows[row]), 0
	for j := i + 1; j < int(k.condition[row]); j++ {
		if effects[j] == effects[i] {
			continue
		}
		compared += len(common) * len(k.regions[j])
		if compared > maxCompared || common.meetsAny(k.regions[j]) {
			return true
		}
	}
	return false
}
